type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** What a type is compared with. */
export interface Expected<A> {
  /** Does not compile unless the two types are the same. */
  toBe<B>(...same: Same<A, B> extends true ? [] : [expected: B, actual: A]): void;
}

/** Looks at the type of a value; the value itself is not used. */
export function expectType<A>(_value: A): Expected<A> {
  return { toBe() {} };
}
