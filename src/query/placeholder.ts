const names = new WeakMap<object, string>();

/** Those of the query that is being read which stand nowhere yet. */
export const unplaced: Set<Placeholder> = new Set();

/** Stands for a value given later; made by `Model.prepare`. */
export class Placeholder {
  /**
   * Makes one for a parameter.
   *
   * @param refuse Throws the error for whoever treats it as the value, which is not known yet: a text made with it, or a member
   * of it, would be wrong in silence.
   */
  static of(name: string, refuse: (name: string) => never): Placeholder {
    const placeholder = new Proxy(new Placeholder(), refusing(() => refuse(name)));
    names.set(placeholder, name);
    unplaced.add(placeholder);
    return placeholder;
  }

  /** Puts a placeholder where its value will stand. @returns The name of its parameter. */
  static place(placeholder: Placeholder): string {
    unplaced.delete(placeholder);
    return names.get(placeholder) as string;
  }
}

/**
 * An object whose members are placeholders, for the parameters of a query.
 *
 * @param refuse As for {@linkcode Placeholder.of}; without a name it is about the object itself, whose members are not known.
 */
export function placeholders(refuse: (name?: string) => never): object {
  return new Proxy({}, {
    ...refusing(() => refuse()),
    get: (_, name) => typeof name === "string" ? Placeholder.of(name, refuse) : undefined,
  });
}

function refusing(refuse: () => never): ProxyHandler<object> {
  return { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse };
}
