import { timingSafeEqual } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { GENESIS, type Head, headOf, link, sealerOf } from './chain.ts';
import type { Entry } from './entry.ts';
import { parseAnchor } from './log.ts';

export interface Verdict {
  readonly ok: boolean;
  readonly entries: number;
  /** Number of the first entry that is missing or not as it was written; `null` when all is well. */
  readonly brokenAt: number | null;
  readonly reason: string | null;
  /** Whether the end is also known outside the database (keychain), which is what shows that an old copy was put back. */
  readonly anchored: boolean;
  /** Entries up to this number were pruned on purpose. */
  readonly prunedTo: number;
}

/**
 * Walks the whole chain in one read transaction. `key` is the sealing key, or `undefined` when the vault is closed: then
 * only the chain itself is checked and the verdict says that it is not anchored.
 */
export function verifyHistory(
  auditFile: string,
  key: Buffer | undefined,
  anchorText: string | undefined,
  onProgress: (done: number, total: number) => void = () => undefined,
): Verdict {
  const db = new DatabaseSync(auditFile, { readOnly: true, timeout: 5_000 });
  try {
    db.exec('BEGIN');
    const sealer = key && sealerOf(key);
    const floorRow = db.prepare('SELECT seq, hash, mac FROM checkpoint').get();
    const floor = headOf(floorRow) ?? GENESIS;
    const sealRow = db.prepare('SELECT seq, hash, mac FROM seal').get();
    const total = Number(db.prepare('SELECT count(*) AS n FROM entry').get()?.n ?? 0);
    const anchor = parseAnchor(anchorText);
    const base = { entries: total, anchored: anchor !== undefined, prunedTo: floor.seq };
    const broken = (brokenAt: number, reason: string): Verdict => ({ ok: false, brokenAt, reason, ...base });
    const genuine = (mac: unknown, purpose: 'head' | 'checkpoint', head: Head): boolean =>
      sealer === undefined || (mac instanceof Uint8Array && timingSafeEqual(Buffer.from(mac), sealer(purpose, head)));

    if (floorRow !== undefined && !genuine(floorRow.mac, 'checkpoint', floor))
      return broken(floor.seq, 'The checkpoint left by pruning is not genuine.');

    let head: Head = floor;
    let anchorSeen = anchor === undefined || anchor.seq === head.seq || anchor.seq < floor.seq;
    let sealSeen = sealRow === undefined || Number(sealRow.seq) === head.seq;
    for (const row of db.prepare('SELECT seq, body, hash FROM entry ORDER BY seq').iterate()) {
      const seq = Number(row.seq);
      const body = String(row.body);
      if (seq !== head.seq + 1) return broken(head.seq + 1, `Entry ${head.seq + 1} is missing.`);
      const hash = link(head.hash, body);
      if (!hash.equals(Buffer.from(row.hash as Uint8Array)) || !body.startsWith(`{"seq":${seq},`))
        return broken(seq, `Entry ${seq} is not as it was written.`);
      head = { seq, hash };
      const noticed = damageIn(body);
      if (noticed !== undefined) return broken(noticed.at, noticed.reason);
      if (anchor?.seq === seq) {
        if (!anchor.hash.equals(hash))
          return broken(
            seq,
            `Entry ${seq} differs from the one noted in the keychain: another history was put in place.`,
          );
        anchorSeen = true;
      }
      if (Number(sealRow?.seq) === seq) {
        if (!hash.equals(Buffer.from(sealRow?.hash as Uint8Array)))
          return broken(seq, `Entry ${seq} differs from the sealed one.`);
        sealSeen = true;
      }
      if (seq % 5_000 === 0) onProgress(seq - floor.seq, total);
    }
    if (sealRow !== undefined && !genuine(sealRow.mac, 'head', headOf(sealRow) ?? GENESIS))
      return broken(Number(sealRow.seq), 'The seal of the end is not genuine.');
    if (sealRow === undefined && total > 0 && key !== undefined)
      return broken(head.seq, 'The seal of the end is missing.');
    if (!sealSeen)
      return broken(
        head.seq + 1,
        `The history was sealed at entry ${Number(sealRow?.seq)} but ends at ${head.seq}: its end was cut off.`,
      );
    if (!anchorSeen)
      return broken(
        head.seq + 1,
        `The history once reached entry ${anchor?.seq} but ends at ${head.seq}: an old copy was put back.`,
      );
    onProgress(total, total);
    return { ok: true, brokenAt: null, reason: null, ...base };
  } finally {
    db.close();
  }
}

/** The host once found the history damaged and wrote that down before it went on. */
function damageIn(body: string): { readonly at: number; readonly reason: string } | undefined {
  if (!body.includes('"kind":"history-damaged"')) return undefined;
  const entry = JSON.parse(body) as Entry;
  if (entry.kind !== 'history-damaged') return undefined;
  const { at } = entry.details as { readonly at: number };
  return { at, reason: `${entry.message} (Found at ${entry.time}.)` };
}
