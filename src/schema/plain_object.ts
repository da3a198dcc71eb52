/** Whether an object is a literal, or what JSON makes: nothing of a class, and no array. Another realm's counts too. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ||
    (!Array.isArray(value) && Object.getPrototypeOf(prototype) === null &&
      prototype.constructor?.name === "Object");
}
