/**
 * Loads a module that is part of the runtime when it is needed, so that a bundle for another runtime builds and starts.
 *
 * @param name Its whole name: `node:fs`, `bun:sqlite`.
 * @returns The module, or undefined where the runtime has none of that name (a browser).
 */
export function builtinModule<T>(name: string): T | undefined {
  const scope = globalThis as { process?: { getBuiltinModule?: (name: string) => T | undefined } };
  return scope.process?.getBuiltinModule?.(name);
}
