/**
 * What an object that was given has itself, on one that inherits nothing: a member that stands in a prototype, whoever put it
 * there, is never read.
 */
export function ownMembers<T extends object>(given: T): T {
  return Object.assign(Object.create(null), given);
}

/** Whether an object is a literal, or what JSON makes: nothing of a class, and no array. Another realm's counts too. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ||
    (!Array.isArray(value) && Object.getPrototypeOf(prototype) === null &&
      prototype.constructor?.name === "Object");
}
