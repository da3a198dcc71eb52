/**
 * A Map that forgets. Two generations: when the young one is full it becomes the old one, and what was in the old one and
 * not asked for since goes. What is in frequent use costs one look-up.
 */
export class BoundedMap<V> {
  readonly #half: number;
  readonly #dropped: ((value: V) => void) | null;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** Makes a map of at most `size` entries. `dropped` is called with each value that goes. */
  constructor(size: number, dropped: ((value: V) => void) | null = null) {
    this.#half = Math.max(1, size >> 1);
    this.#dropped = dropped;
  }

  /** What is kept under the key, or undefined. */
  get(key: string): V | undefined {
    const found = this.#young.get(key);
    return found === undefined ? this.#revive(key) : found;
  }

  /** Keeps a value under a key that has none. */
  set(key: string, value: V): void {
    if (this.#young.size >= this.#half) {
      const old = this.#old;
      this.#old = this.#young;
      this.#young = new Map();
      if (this.#dropped !== null) { for (const each of old.values()) this.#dropped(each); }
    }
    this.#young.set(key, value);
  }

  /** Forgets everything. */
  clear(): void {
    if (this.#dropped !== null) {
      for (const each of this.#young.values()) this.#dropped(each);
      for (const each of this.#old.values()) this.#dropped(each);
    }
    this.#young.clear();
    this.#old.clear();
  }

  #revive(key: string): V | undefined {
    const aged = this.#old.get(key);
    if (aged !== undefined) {
      this.#old.delete(key);
      this.set(key, aged);
    }
    return aged;
  }
}
