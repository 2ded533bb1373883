import { timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { GatehouseError } from '../contract/errors.ts';
import { isoClock, transaction } from '../storage/index.ts';
import { GENESIS, type Head, headOf, type Sealer, sealerOf } from './chain.ts';
import type { Entry, NewEntry } from './entry.ts';
import type { Journal } from './journal.ts';

/**
 * When an entry must be on its way to disk: `soon`, within a few milliseconds, together with what comes meanwhile; `now`, before the answer
 * that depends on it leaves (survives the death of the process); `durable`, flushed through the system (survives a power cut).
 */
export type Urgency = 'soon' | 'now' | 'durable';

/** The end that lives outside the database, where restoring an old copy of the home does not reach. */
export interface Anchor {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** Appends to the hash chain. All entries of one turn share one write; callbacks of `afterCommit` run when theirs is done. */
export interface AuditWriter {
  append(entry: NewEntry, urgency?: Urgency): number;
  /** `then` gets the error when the entries could not be written: nothing that depends on them may happen then. */
  afterCommit(then: (error?: GatehouseError) => void): void;
  flush(): void;
  head(): Head;
  /** Before a rotation of the vault: leaves seals of the next key at hand, should it be interrupted. */
  prepareReseal(key: Buffer): void;
  /** Seals the head with another key, after a rotation of the vault. */
  reseal(key: Buffer): void;
  /** The vault was opened after the history: checks the end that was found then, and seals from now on. */
  adopt(key: Buffer): Promise<void>;
  /** Writes the anchor if it is behind. */
  anchorNow(): Promise<void>;
  onAppended(listener: (entries: readonly Entry[]) => void): () => void;
  close(): Promise<void>;
}

const ANCHOR_EVERY_MS = 2_000;
const SOON_MS = 5;

/**
 * Opens the writer on an open database. When the stored end disagrees with its seal or with the anchor, the chain goes on
 * from the sealed (or anchored) end, so that the missing numbers stay missing for every later verification, and an entry says so.
 */
export async function openWriter(deps: {
  readonly db: DatabaseSync;
  readonly journal: Journal;
  /** Moves the journal into the database. */
  readonly settle: () => Promise<void>;
  /** `undefined` while the vault is closed: entries are chained but not sealed. */
  readonly key: Buffer | undefined;
  readonly anchor: Anchor | undefined;
  readonly now: () => Date;
}): Promise<AuditWriter> {
  const { db, journal, anchor } = deps;
  const time = isoClock(deps.now);
  let sealer = deps.key && sealerOf(deps.key);

  if (sealer !== undefined) finishReseal(db, sealer);
  const start = await findEnd(db, sealer, anchor);
  let head = start.head;
  let committed = head;
  let anchored = start.anchored;
  let anchorTimer: NodeJS.Timeout | undefined;
  let queue: Entry[] = [];
  let waiting: ((error?: GatehouseError) => void)[] = [];
  let scheduled: 'no' | 'soon' | 'now' = 'no';
  let soon: NodeJS.Timeout | undefined;
  let durable = false;
  const listeners = new Set<(entries: readonly Entry[]) => void>();

  const write = (full: boolean): void => journal.write(head, sealer?.('head', head), full);

  const flush = (): void => {
    scheduled = 'no';
    if (queue.length === 0 && waiting.length === 0) return;
    const entries = queue;
    const callbacks = waiting;
    const full = durable;
    queue = [];
    waiting = [];
    durable = false;
    let failure: GatehouseError | undefined;
    if (entries.length > 0) {
      try {
        write(full);
        committed = head;
      } catch (error) {
        head = committed;
        failure = new GatehouseError(
          'GH_AUDIT_UNWRITABLE',
          `The history could not be written: ${(error as Error).message}.`,
          { cause: error },
        );
      }
    }
    for (const then of callbacks) then(failure);
    if (failure === undefined && entries.length > 0) {
      scheduleAnchor();
      for (const listener of listeners) listener(entries);
    }
  };

  const schedule = (urgency: Urgency): void => {
    if (urgency === 'soon') {
      if (scheduled !== 'no') return;
      scheduled = 'soon';
      soon ??= setTimeout(() => {
        soon = undefined;
        if (scheduled === 'soon') flush();
      }, SOON_MS);
    } else {
      if (urgency === 'durable') durable = true;
      if (scheduled === 'now') return;
      scheduled = 'now';
      queueMicrotask(flush);
    }
  };

  const scheduleAnchor = (): void => {
    if (anchor === undefined || anchorTimer !== undefined) return;
    anchorTimer = setTimeout(() => void anchorNow().catch(() => undefined), ANCHOR_EVERY_MS);
    anchorTimer.unref();
  };

  const anchorNow = async (): Promise<void> => {
    clearTimeout(anchorTimer);
    anchorTimer = undefined;
    if (anchor === undefined || sealer === undefined || committed.seq === anchored) return;
    // The anchor may never be ahead of what a power cut leaves behind.
    journal.sync();
    const { seq, hash } = committed;
    await anchor.write(`${seq}:${hash.toString('hex')}`);
    anchored = seq;
  };

  const append = (entry: NewEntry, urgency: Urgency = 'soon'): number => {
    const seq = head.seq + 1;
    const full: Entry = { seq, time: time(), ...entry };
    const body = JSON.stringify(full);
    head = { seq, hash: journal.add(seq, body, head.hash) };
    queue.push(full);
    schedule(urgency);
    return seq;
  };

  if (start.damage !== undefined) append({ kind: 'history-damaged', ...start.damage }, 'durable');

  return {
    append,
    afterCommit(then) {
      if (queue.length === 0 && scheduled === 'no') then();
      else {
        waiting.push(then);
        schedule('now');
      }
    },
    flush,
    head: () => committed,
    prepareReseal(next) {
      flush();
      journal.sync();
      const by = sealerOf(next);
      const floor = headOf(db.prepare('SELECT seq, hash FROM checkpoint').get());
      transaction(db, () =>
        db
          .prepare('INSERT OR REPLACE INTO next_seal (id, seq, hash, mac, floor_mac) VALUES (1, ?, ?, ?, ?)')
          .run(head.seq, head.hash, by('head', head), floor === undefined ? null : by('checkpoint', floor)),
      );
    },
    reseal(next) {
      flush();
      const by = sealerOf(next);
      sealer = by;
      write(true);
      const floor = headOf(db.prepare('SELECT seq, hash FROM checkpoint').get());
      transaction(db, () => {
        if (floor !== undefined) db.prepare('UPDATE checkpoint SET mac=?').run(by('checkpoint', floor));
        db.exec('DELETE FROM next_seal');
      });
    },
    async adopt(given) {
      const adopted = sealerOf(given);
      await deps.settle();
      finishReseal(db, adopted);
      const end = await findEnd(db, adopted, anchor);
      flush();
      sealer = adopted;
      if (end.head.seq > head.seq) {
        head = end.head;
        committed = end.head;
      }
      if (end.damage !== undefined) append({ kind: 'history-damaged', ...end.damage }, 'durable');
      else write(true);
    },
    anchorNow,
    onAppended(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      flush();
      await anchorNow().catch(() => undefined);
      clearTimeout(anchorTimer);
      clearTimeout(soon);
    },
  };
}

/** What an entry of the kind `history-damaged` says; verification fails at `details.at` for as long as that entry is there. */
interface Damage {
  readonly message: string;
  readonly details: { readonly at: number };
}

function damage(at: number, message: string): Damage {
  return { message, details: { at } };
}

/** A rotation of the vault was interrupted: when its new key is the one in force, so are the seals prepared for it. */
function finishReseal(db: DatabaseSync, sealer: Sealer): void {
  const next = db.prepare('SELECT seq, hash, mac, floor_mac FROM next_seal').get();
  const head = headOf(next);
  if (next === undefined || head === undefined) return;
  const genuine = timingSafeEqual(Buffer.from(next.mac as Uint8Array), sealer('head', head));
  const sealed = db.prepare('SELECT seq, hash, mac FROM seal').get();
  const isSealed =
    sealed !== undefined &&
    timingSafeEqual(Buffer.from(sealed.mac as Uint8Array), sealer('head', headOf(sealed) ?? GENESIS));
  transaction(db, () => {
    if (genuine && !isSealed) {
      db.exec('UPDATE seal SET (seq, hash, mac) = (SELECT seq, hash, mac FROM next_seal)');
      db.exec('UPDATE checkpoint SET mac = (SELECT floor_mac FROM next_seal)');
    }
    db.exec('DELETE FROM next_seal');
  });
}

/** Where to go on, and what is wrong with what was found. */
async function findEnd(
  db: DatabaseSync,
  sealer: Sealer | undefined,
  anchor: Anchor | undefined,
): Promise<{ readonly head: Head; readonly anchored: number; readonly damage?: Damage }> {
  const last = db.prepare('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1').get();
  const floor = db.prepare('SELECT seq, hash FROM checkpoint').get();
  const found = headOf(last) ?? headOf(floor) ?? GENESIS;
  const sealed = headOf(db.prepare('SELECT seq, hash FROM seal').get());
  const mac = db.prepare('SELECT mac FROM seal').get()?.mac;
  const anchorText = sealer === undefined ? undefined : await anchor?.read().catch(() => undefined);
  const anchored = parseAnchor(anchorText);
  const at = anchored?.seq ?? 0;
  if (anchored !== undefined && anchored.seq > found.seq) {
    return {
      head: anchored,
      anchored: at,
      damage: damage(
        found.seq + 1,
        `The history ends at entry ${found.seq}, but it once reached ${anchored.seq}: an old copy was put back, or its end was cut off.`,
      ),
    };
  }
  const noted =
    anchored &&
    headOf(db.prepare('SELECT seq, hash FROM entry WHERE seq=?').get(anchored.seq))?.hash.equals(anchored.hash);
  if (noted === false) {
    return {
      head: found,
      anchored: at,
      damage: damage(at, `Entry ${at} differs from the one noted in the keychain: another history was put in place.`),
    };
  }
  if (sealer === undefined) return { head: found, anchored: at };
  if (sealed === undefined) {
    return found.seq === 0
      ? { head: found, anchored: at }
      : { head: found, anchored: at, damage: damage(found.seq, 'The seal of the history is missing.') };
  }
  const genuine = mac instanceof Uint8Array && timingSafeEqual(Buffer.from(mac), sealer('head', sealed));
  if (!genuine)
    return { head: found, anchored: at, damage: damage(sealed.seq, 'The seal of the history is not genuine.') };
  if (sealed.seq > found.seq)
    return {
      head: sealed,
      anchored: at,
      damage: damage(
        found.seq + 1,
        `The history ends at entry ${found.seq}, but it was sealed at ${sealed.seq}: its end was cut off.`,
      ),
    };
  // Entries after the sealed head were written while the vault was closed; verification checks that they continue the chain.
  return { head: found, anchored: at };
}

export function parseAnchor(text: string | undefined): Head | undefined {
  const match = /^(\d+):([0-9a-f]{64})$/.exec(text ?? '');
  return match === null ? undefined : { seq: Number(match[1]), hash: Buffer.from(match[2] ?? '', 'hex') };
}
