let epoch = 0;
const listeners: (() => void)[] = [];

/** Called whenever a file has changed. */
export function onForgetAcrossFiles(listener: () => void): void {
  listeners.push(listener);
}

/**
 * Says that a file has changed: what was found across files counts no longer. Trees, scopes and whatever follows from one
 * file alone are kept by their nodes and stay.
 */
export function forgetAcrossFiles(): void {
  epoch++;
  for (const listener of listeners) listener();
}

/** Weak map for what was found with the help of other files; empty after the next change of a file. */
export class AcrossFiles<K extends WeakKey, V> {
  #map = new WeakMap<K, V>();
  #epoch = epoch;

  get(key: K): V | undefined {
    return this.#current().get(key);
  }

  set(key: K, value: V): void {
    this.#current().set(key, value);
  }

  #current(): WeakMap<K, V> {
    if (this.#epoch !== epoch) {
      this.#epoch = epoch;
      this.#map = new WeakMap();
    }
    return this.#map;
  }
}
