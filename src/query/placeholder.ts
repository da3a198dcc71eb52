const names = new WeakMap<object, string>();

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
    return placeholder;
  }

  /** The name of the parameter that a placeholder stands for. */
  static nameOf(placeholder: Placeholder): string {
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
