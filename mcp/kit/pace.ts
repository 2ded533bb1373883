import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { RateWindow } from './limiter.ts';
import { createCell, type SharedStore } from './shared-store.ts';

/** A window of a budget: `name` is `account` or that of a bucket. */
export interface PaceWindow extends RateWindow {
  readonly name: string;
}

/** How long there is no room, in ms (0: a place was taken), and in which budget. */
export interface Room {
  readonly waitMs: number;
  readonly name: string;
}

/** The starts of all who work for one account, counted in one place. */
export interface Pace {
  /** Takes a place in the windows of these budgets, in all or in none. `lease` frees the place among those under way after `leaseMs`. */
  take(names: readonly string[], lease: string, leaseMs: number): Promise<Room>;
  /** The request is over. Never throws: a place that is not given back frees itself. */
  release(lease: string): Promise<void>;
  /** Nothing of this budget starts for so many ms. Never throws: whoever says so keeps to it in any case. */
  hold(name: string, ms: number): Promise<void>;
  /** Asks the store for what is left now. */
  look(): Promise<void>;
  /** What was left when this process last saw it. */
  left(window: PaceWindow): number;
}

const counts = z.array(z.tuple([z.number(), z.number()]));
const kept = z.object({
  /** By process and window: the number of a slot of its time, and how many started in it. */
  starts: z.record(z.string(), z.record(z.string(), counts)),
  /** By budget: until when nothing starts, in ms since 1970. */
  held: z.record(z.string(), z.number()),
  /** Requests under way, and when they end at the latest. */
  running: z.record(z.string(), z.number()),
});
type Kept = z.output<typeof kept>;
type Counts = z.output<typeof counts>;
type Starts = Readonly<Record<string, Counts>>;

const EMPTY: Kept = { starts: {}, held: {}, running: {} };
/** A window is counted in so many slots; a start counts until its whole slot has left the window, so never too short. */
const SLOTS = 60;
const LIFE_MS = 600_000;
/** When a request of another process ends is not told: it is asked again after this. In ms. */
const ASK_AGAIN_MS = 100;

/**
 * `concurrency`: so many under way at once, over all processes; not counted here when it is left out. Every process writes what it
 * started itself, all of it, each time: a store that lost its values has them again with the next request of each.
 */
export function createPace({
  store,
  windows,
  concurrency,
  instance = randomUUID(),
}: {
  readonly store: SharedStore;
  readonly windows: readonly PaceWindow[];
  readonly concurrency?: number;
  readonly instance?: string;
}): Pace {
  const cell = createCell(store, 'pace', kept);
  const lifeMs = Math.max(LIFE_MS, ...windows.map(({ ms }) => 2 * ms));
  let mine: Starts = {};
  let seen: { readonly state: Kept; readonly time: number } = { state: EMPTY, time: 0 };

  const current = (known: Kept, time: number): Kept => {
    const all = { ...known.starts, [instance]: mine };
    const starts = Object.fromEntries(
      Object.entries(all).flatMap(([who, own]) => {
        const living = windows.flatMap(window => {
          const inside = (own[keyOf(window)] ?? []).filter(([slot]) => leavesAt(slot, window) > time);
          return inside.length === 0 ? [] : [[keyOf(window), inside] as const];
        });
        return living.length === 0 ? [] : [[who, Object.fromEntries(living)]];
      }),
    );
    return { starts, held: after(known.held, time), running: after(known.running, time) };
  };
  const roomIn = (state: Kept, names: readonly string[], lease: string, time: number): Room => {
    const full = windows
      .filter(({ name }) => names.includes(name))
      .map(window => ({ name: window.name, waitMs: fullFor(state, window, time) }));
    const held = names.map(name => ({ name, waitMs: (state.held[name] ?? 0) - time }));
    const others = Object.keys(state.running).filter(one => one !== lease);
    const crowded = concurrency !== undefined && others.length >= concurrency;
    const all: Room[] = [...full, ...held, { name: names[0] ?? '', waitMs: crowded ? ASK_AGAIN_MS : 0 }];
    return all.reduce((worst, one) => (one.waitMs > worst.waitMs ? one : worst), { name: '', waitMs: 0 });
  };
  const quietly = (change: (state: Kept, time: number) => Kept): Promise<void> =>
    cell
      .update((known, time) => {
        const value = change(current(known ?? EMPTY, time), time);
        return { result: undefined, keep: { value, lifeMs } };
      })
      .catch(() => undefined);

  return {
    async take(names, lease, leaseMs) {
      const outcome = await cell.update((known, time) => {
        const state = current(known ?? EMPTY, time);
        const room = roomIn(state, names, lease, time);
        if (room.waitMs > 0) return { result: { room, state, time } };
        const own = { ...state.starts[instance] };
        for (const window of windows)
          if (names.includes(window.name)) own[keyOf(window)] = oneMore(own[keyOf(window)] ?? [], window, time);
        const running = concurrency === undefined ? {} : { ...state.running, [lease]: time + leaseMs };
        const next: Kept = { ...state, starts: { ...state.starts, [instance]: own }, running };
        return { result: { room, state: next, time }, keep: { value: next, lifeMs } };
      });
      mine = outcome.state.starts[instance] ?? {};
      seen = outcome;
      return outcome.room;
    },
    async release(lease) {
      if (concurrency === undefined) return;
      await quietly(state => {
        const { [lease]: _over, ...running } = state.running;
        return { ...state, running };
      });
    },
    hold: (name, ms) =>
      quietly((state, time) => {
        const until = Math.max(state.held[name] ?? 0, time + ms);
        return { ...state, held: { ...state.held, [name]: until } };
      }),
    async look() {
      const { value = EMPTY, time } = await cell.read();
      seen = { state: current(value, time), time };
    },
    left: window => Math.max(0, window.calls - total(slotsOf(seen.state, window))),
  };
}

function keyOf({ name, ms }: PaceWindow): string {
  return `${name}/${ms}`;
}

function leavesAt(slot: number, { ms }: RateWindow): number {
  return ((slot + 1) * ms) / SLOTS + ms;
}

function oneMore(counts: Counts, { ms }: RateWindow, time: number): Counts {
  const slot = Math.floor((time * SLOTS) / ms);
  const [, before = 0] = counts.find(([one]) => one === slot) ?? [];
  return [...counts.filter(([one]) => one !== slot), [slot, before + 1]];
}

function slotsOf({ starts }: Kept, window: PaceWindow): Counts {
  return Object.values(starts).flatMap(own => own[keyOf(window)] ?? []);
}

function total(slots: Counts): number {
  return slots.reduce((sum, [, count]) => sum + count, 0);
}

/** Milliseconds until so many have left the window that one more may start. */
function fullFor(state: Kept, window: PaceWindow, time: number): number {
  const slots = slotsOf(state, window).toSorted(([one], [other]) => one - other);
  let over = total(slots) - window.calls + 1;
  for (const [slot, count] of slots) {
    if (over <= 0) return 0;
    over -= count;
    if (over <= 0) return Math.max(1, leavesAt(slot, window) - time);
  }
  return 0;
}

function after(times: Readonly<Record<string, number>>, time: number): Record<string, number> {
  return Object.fromEntries(Object.entries(times).filter(([, until]) => until > time));
}
