export interface BoundedMapOptions<K, V> {
  /** The sum of all sizes may not exceed this. */
  maxSize: number;
  /** How much an entry counts. Omitted: 1. */
  sizeOf?: (value: V, key: K) => number;
  /** Called after an entry is evicted. */
  onEvict?: (value: V, key: K) => void;
}

/**
 * A map that evicts its oldest entries when it is full. `set` makes an entry the newest, even if it existed before. `get`
 * does not change the order; `use` does, so reading with `use` makes this a least-recently-used cache.
 */
export class BoundedMap<K, V> {
  /** Oldest first. */
  private readonly entries = new Map<K, { value: V; size: number }>();
  private totalSize = 0;

  constructor(private readonly options: BoundedMapOptions<K, V>) {}

  get(key: K): V | undefined {
    return this.entries.get(key)?.value;
  }

  /** Gets a value and makes its entry the newest. */
  use(key: K): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Uses a value, or creates it. */
  useOrCreate(key: K, create: (key: K) => V): V {
    const known = this.use(key);
    if (known !== undefined) return known;
    const created = create(key);
    this.set(key, created);
    return created;
  }

  has(key: K): boolean {
    return this.entries.has(key);
  }

  /** An entry larger than `maxSize` is evicted at once. */
  set(key: K, value: V): void {
    const { maxSize, sizeOf, onEvict } = this.options;
    this.delete(key);
    const size = sizeOf ? sizeOf(value, key) : 1;
    this.entries.set(key, { value, size });
    this.totalSize += size;
    for (const [oldestKey, oldest] of this.entries) {
      if (this.totalSize <= maxSize) return;
      this.delete(oldestKey);
      onEvict?.(oldest.value, oldestKey);
    }
  }

  delete(key: K): void {
    this.totalSize -= this.entries.get(key)?.size ?? 0;
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.totalSize = 0;
  }
}
