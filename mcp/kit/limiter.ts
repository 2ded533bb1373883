import { randomUUID } from 'node:crypto';
import { Fault } from './fault.ts';
import type { Pace, PaceWindow } from './pace.ts';

/** At most `calls` within any `ms`. */
export interface RateWindow {
  readonly calls: number;
  readonly ms: number;
}

/** What an account may ask of its vendor. */
export interface Budget {
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly windows?: readonly RateWindow[];
  /** Further windows for some requests, by a name that the request gives; they count in the first ones too. */
  readonly buckets?: Readonly<Record<string, readonly RateWindow[]>>;
}

/** The vendor's own count, as its last answer told it. */
export interface Told {
  readonly limit: number | undefined;
  readonly remaining: number;
}

/** Where a budget stands: `name` is `account` or that of a bucket. */
export interface BudgetState {
  readonly name: string;
  /** Requests within `windowMs` at most, and how many of them are left now. */
  readonly capacity: number;
  readonly windowMs: number;
  readonly left: number;
  readonly vendor: Told | undefined;
}

/** The budget of one account at its vendor: so many at once, so many in a time. First come, first served. */
export interface Limiter {
  /**
   * Waits for its turn, then runs. While it waits it rejects with the signal's reason, and with `GH_VENDOR_RATE` as soon as its
   * turn cannot come before the deadline (ms since 1970). Who waits for a bucket holds up nobody outside it.
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal, deadline?: number, bucket?: string): Promise<T>;
  /** The vendor said how long to wait: nothing starts before then. */
  holdUntil(time: number): void;
  /** The vendor said how many requests are left: with few left, the next ones are spread out. */
  told(told: Told, bucket?: string): void;
  /** Calls left in the tightest window, as far as this process knows; `undefined` without windows. */
  left(): number | undefined;
  /** Throws `GH_STORE_DOWN` where the count is kept elsewhere, and that cannot be reached. */
  state(): Promise<readonly BudgetState[]>;
}

interface Waiting {
  /** Order of arrival. */
  readonly turn: number;
  readonly deadline: number;
  readonly bucket: string;
  readonly lease: string;
  isGone: boolean;
  letIn(): void;
  turnAway(reason: unknown): void;
}

const ACCOUNT = 'account';
/** With fewer left than this, by the vendor's count, the next request waits; for each one fewer, a hundredth of the window longer. */
const FEW = 10;
const SPREAD = 0.01;

/** One set of windows, and when requests started in it. */
function createMeter(windows: readonly RateWindow[], now: () => number) {
  const longest = Math.max(0, ...windows.map(window => window.ms));
  let starts: number[] = [];
  const inside = ({ ms }: RateWindow, time: number): number[] => starts.filter(start => start > time - ms);
  const meter = {
    held: 0,
    spreadMs: longest * SPREAD,
    vendor: undefined as Told | undefined,
    /** Milliseconds until a call may start. */
    wait(): number {
      const time = now();
      starts = starts.filter(start => start > time - longest);
      const waits = windows.map(window => {
        const oldest = inside(window, time).at(-window.calls);
        return oldest === undefined ? 0 : oldest + window.ms - time;
      });
      return Math.max(0, meter.held - time, ...waits);
    },
    start(time: number): void {
      if (windows.length > 0) starts.push(time);
    },
    /** It did not start after all. */
    unstart(time: number): void {
      const index = starts.lastIndexOf(time);
      if (index >= 0) starts.splice(index, 1);
    },
    left(): number | undefined {
      if (windows.length === 0) return undefined;
      return Math.min(...windows.map(window => window.calls - inside(window, now()).length));
    },
    state: (name: string): BudgetState[] =>
      windows.map(window => ({
        name,
        capacity: window.calls,
        windowMs: window.ms,
        left: Math.max(0, window.calls - inside(window, now()).length),
        vendor: meter.vendor,
      })),
  };
  return meter;
}

/** A lease lasts a little longer than the request may: in ms. */
const LEASE_MS = 5_000;
/** … and no longer than this, where the request has no deadline. In ms. */
const LONGEST_LEASE_MS = 120_000;

export function windowsOf({ windows = [], buckets = {} }: Budget): readonly PaceWindow[] {
  const all = [[ACCOUNT, windows] as const, ...Object.entries(buckets)];
  return all.flatMap(([name, own]) => own.map(window => ({ name, ...window })));
}

/** `pace`: also counted there, with what others start for the same account. */
export function createLimiter({
  concurrency,
  windows = [],
  buckets = {},
  now,
  pace,
}: Budget & { readonly now: () => number; readonly pace?: Pace | undefined }): Limiter {
  const account = createMeter(windows, now);
  const meters = new Map(Object.entries(buckets).map(([name, own]) => [name, createMeter(own, now)]));
  let running = 0;
  let line: Waiting[] = [];
  let alarm: NodeJS.Timeout | undefined;
  let turns = 0;

  const metersOf = ({ bucket }: Waiting) => [account, meters.get(bucket)].filter(meter => meter !== undefined);
  const waitOf = ({ bucket }: Waiting): number => Math.max(account.wait(), meters.get(bucket)?.wait() ?? 0);

  /** Lets in whoever may start now, and turns away whose turn would come too late. */
  const serve = (): void => {
    clearTimeout(alarm);
    for (;;) {
      const waits = line.map(waiting => ({ waiting, ms: waitOf(waiting) }));
      for (const { waiting, ms } of waits) {
        if (ms === 0 || waiting.deadline >= now() + ms) continue;
        line = line.filter(other => other !== waiting);
        waiting.turnAway(
          new Fault(
            'GH_VENDOR_RATE',
            `The vendor takes no more requests for ${Math.ceil(ms / 1_000)} s; nothing was sent.`,
          ),
        );
      }
      const left = waits.filter(({ waiting }) => line.includes(waiting));
      if (left.length === 0 || running >= concurrency) return;
      const next = left.find(({ ms }) => ms === 0);
      if (next === undefined) {
        alarm = setTimeout(serve, Math.min(60_000, ...left.map(({ ms }) => ms)));
        return;
      }
      const time = now();
      running += 1;
      for (const meter of metersOf(next.waiting)) meter.start(time);
      line = line.filter(other => other !== next.waiting);
      if (pace === undefined) next.waiting.letIn();
      else void askPace(pace, next.waiting, time);
    }
  };

  /** Has it counted with the others' too; back into the line, at its old place, where they left no room. */
  const askPace = async (common: Pace, waiting: Waiting, time: number): Promise<void> => {
    const { bucket, lease, deadline } = waiting;
    const names = meters.has(bucket) ? [ACCOUNT, bucket] : [ACCOUNT];
    const back = (): void => {
      running -= 1;
      for (const meter of metersOf(waiting)) meter.unstart(time);
    };
    try {
      const leaseMs = Math.min(LONGEST_LEASE_MS, Math.max(0, deadline - now()) + LEASE_MS);
      const { waitMs, name } = await common.take(names, lease, leaseMs);
      if (waitMs === 0 && !waiting.isGone) return waiting.letIn();
      back();
      if (waitMs === 0) void common.release(lease);
      else {
        const meter = meters.get(name) ?? account;
        meter.held = Math.max(meter.held, now() + waitMs);
        if (!waiting.isGone) line = [...line, waiting].toSorted((one, other) => one.turn - other.turn);
      }
    } catch (error) {
      back();
      waiting.turnAway(error);
    }
    serve();
  };

  const turn = (signal: AbortSignal, deadline: number, bucket: string, lease: string): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = (): void => {
        waiting.isGone = true;
        line = line.filter(other => other !== waiting);
        waiting.turnAway(signal.reason);
      };
      const waiting: Waiting = {
        turn: turns++,
        deadline,
        bucket,
        lease,
        isGone: false,
        letIn() {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        turnAway(reason) {
          signal.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      line.push(waiting);
      serve();
    });

  const seen = (window: RateWindow): number => pace?.left({ name: ACCOUNT, ...window }) ?? 0;

  return {
    async run(work, signal, deadline = Number.POSITIVE_INFINITY, bucket = ACCOUNT) {
      const lease = randomUUID();
      await turn(signal, deadline, bucket, lease);
      try {
        return await work();
      } finally {
        running -= 1;
        void pace?.release(lease);
        serve();
      }
    },
    holdUntil(time) {
      account.held = Math.max(account.held, time);
      void pace?.hold(ACCOUNT, time - now());
      serve();
    },
    told(told, bucket = ACCOUNT) {
      const meter = meters.get(bucket) ?? account;
      meter.vendor = told;
      if (told.remaining < FEW) {
        const ms = meter.spreadMs * (FEW - told.remaining);
        meter.held = Math.max(meter.held, now() + ms);
        void pace?.hold(meters.has(bucket) ? bucket : ACCOUNT, ms);
      }
      serve();
    },
    left: () => (pace === undefined || windows.length === 0 ? account.left() : Math.min(...windows.map(seen))),
    async state() {
      const own = [...account.state(ACCOUNT), ...[...meters].flatMap(([name, meter]) => meter.state(name))];
      if (pace === undefined) return own;
      await pace.look();
      return own.map(one => ({ ...one, left: pace.left({ name: one.name, calls: one.capacity, ms: one.windowMs }) }));
    },
  };
}
