/**
 * A bounded Map of what is kept by key. Two generations: when the young one is full it becomes the old one, and what was
 * in the old one and not asked for since is dropped. A look-up costs one Map access when the key is in frequent use.
 */
export class PlanCache<V> {
  readonly #size: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** Makes a cache of up to twice `size` entries. */
  constructor(size: number) {
    this.#size = size;
  }

  /** What is kept under the key, or undefined. */
  get(key: string): V | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const aged = this.#old.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  /** Keeps a value. */
  set(key: string, value: V): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** Forgets everything. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
