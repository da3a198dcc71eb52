/**
 * Loads a module of a peer by its path in node_modules. The types are the caller's word: those of the peers need what is
 * not installed.
 */
export async function loadPeer<T>(path: string): Promise<T> {
  return await import(new URL(`../../node_modules/${path}`, import.meta.url).href) as T;
}
