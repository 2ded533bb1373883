import type * as z from 'zod';

/** What becomes of a value; without `keep` it stays as it is. */
export interface Change<R, T = unknown> {
  readonly result: R;
  /** What stands there from now on (`undefined`: nothing), and for how many ms. */
  readonly keep?: { readonly value: T | undefined; readonly lifeMs: number };
}

/**
 * What those who work for one account keep in common: small values under names. In memory for one process, in a file over
 * restarts, in Redis for several processes. Throws `GH_STORE_DOWN` while it cannot be reached.
 */
export interface SharedStore {
  /** What stands there, and the store's own time in ms since 1970: the only clock that all who share it have in common. */
  read(name: string): Promise<{ readonly value: unknown; readonly time: number }>;
  /** Changes a value in one step that nobody comes between. `change` may be asked again, about what another left meanwhile. */
  update<R>(name: string, change: (known: unknown, time: number) => Change<R>): Promise<R>;
  /** The same store, for names that meet no others. */
  within(part: string): SharedStore;
  readonly isUp: boolean;
}

/** One value of a store, of one shape: what has another (from another version) counts as absent. */
export interface Cell<T> {
  read(): Promise<{ readonly value: T | undefined; readonly time: number }>;
  update<R>(change: (known: T | undefined, time: number) => Change<R, T>): Promise<R>;
}

export function createCell<T>(store: SharedStore, name: string, schema: z.ZodType<T>): Cell<T> {
  const shaped = (value: unknown): T | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  };
  return {
    async read() {
      const { value, time } = await store.read(name);
      return { value: shaped(value), time };
    },
    update: change => store.update(name, (known, time) => change(shaped(known), time)),
  };
}

export function createMemoryStore(now: () => number): SharedStore {
  const values = new Map<string, { readonly value: unknown; readonly until: number }>();
  const known = (name: string, time: number): unknown => {
    const found = values.get(name);
    if (found !== undefined && found.until > time) return found.value;
    values.delete(name);
    return undefined;
  };
  const store = (prefix: string): SharedStore => ({
    isUp: true,
    within: part => store(`${prefix}${part}/`),
    async read(name) {
      const time = now();
      return { value: known(prefix + name, time), time };
    },
    async update(name, change) {
      const time = now();
      const { result, keep } = change(known(prefix + name, time), time);
      if (keep !== undefined) values.set(prefix + name, { value: keep.value, until: time + keep.lifeMs });
      return result;
    },
  });
  return store('');
}
