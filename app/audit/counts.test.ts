import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runtime } from '../testing/index.ts';
import { type Audit, type NewEntry, openAudit } from './index.ts';

let folder: string;
let audit: Audit;
let now: number;
const at = (time: string): void => {
  now = Date.parse(time);
};
const ended = (over: Partial<NewEntry> = {}): NewEntry => ({
  kind: 'outcome',
  client: 'cursor',
  connection: 'dpod/acme',
  tool: 'manage_services',
  action: 'list_services',
  effect: 'read',
  outcome: 'ok',
  durationMs: 30,
  ...over,
});
const open = async (): Promise<void> => {
  audit = await openAudit({
    file: join(folder, 'audit.db'),
    indexFile: join(folder, 'audit-index.db'),
    key: Buffer.alloc(32, 7),
    anchor: undefined,
    now: () => new Date(now),
    worker: runtime.auditWorker,
  });
};
const day = { from: '2026-11-20T22:00:00.000Z', to: '2026-11-21T22:00:00.000Z', bucketHours: 1 };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-counts-'));
  await open();
});
afterEach(async () => {
  await audit.close();
  rmSync(folder, { recursive: true, force: true });
});

it('counts ended calls by hour and outcome, and nothing else', async () => {
  at('2026-11-21T09:59:59.999Z');
  audit.append({ ...ended(), kind: 'intent' });
  audit.append(ended());
  at('2026-11-21T10:00:00.000Z');
  audit.append(ended({ outcome: 'error', code: 'GH_SIGN_IN', durationMs: 700 }));
  audit.append(ended({ client: 'vscode' }));
  // The answer to a call that had been cancelled.
  audit.append({ kind: 'outcome', outcome: 'late', connection: 'dpod/acme' });
  const told = await audit.counts(day);
  expect(told.buckets).toHaveLength(24);
  expect(told.buckets[11]).toMatchObject({ from: '2026-11-21T09:00:00.000Z', outcomes: { ok: 1 } });
  expect(told.buckets[12]).toMatchObject({ from: '2026-11-21T10:00:00.000Z', outcomes: { ok: 1, error: 1 } });
  expect(told.buckets[13]).toMatchObject({ outcomes: {}, p50Ms: null, p95Ms: null });
  expect(told).toMatchObject({ calls: 3, outcomes: { ok: 2, error: 1 } });
  expect(told.clients).toEqual([
    { client: 'cursor', calls: 2, failed: 1 },
    { client: 'vscode', calls: 1, failed: 0 },
  ]);
  expect(told.actions).toEqual([
    {
      connection: 'dpod/acme',
      tool: 'manage_services',
      action: 'list_services',
      calls: 3,
      failed: 1,
      meanMs: Math.round(760 / 3),
    },
  ]);
});

it('tells how long calls took, to within a band', async () => {
  at('2026-11-21T10:00:00.000Z');
  for (let n = 1; n <= 100; n++) audit.append(ended({ durationMs: n <= 90 ? 40 : 4_000 }));
  const { p50Ms, p95Ms } = await audit.counts(day);
  expect(p50Ms).toBeGreaterThan(20);
  expect(p50Ms).toBeLessThanOrEqual(50);
  expect(p95Ms).toBeGreaterThan(2_000);
  expect(p95Ms).toBeLessThanOrEqual(5_000);
});

it('puts hours together, and keeps to what is asked for', async () => {
  for (const hour of ['00', '05', '06', '23']) {
    at(`2026-11-20T${hour}:30:00.000Z`);
    audit.append(ended({ connection: hour === '05' ? 'dpod/other' : 'dpod/acme' }));
  }
  const days = await audit.counts({ from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z', bucketHours: 6 });
  expect(days.buckets.map(({ outcomes }) => outcomes.ok ?? 0)).toEqual([2, 1, 0, 1]);
  const one = await audit.counts({ ...day, from: '2026-11-20T00:00:00.000Z', facets: { connection: 'dpod/other' } });
  expect(one).toMatchObject({ calls: 1, connections: [{ connection: 'dpod/other', calls: 1, failed: 0 }] });
});

it('counts every call once, over restarts, and forgets with the history', async () => {
  at('2026-11-21T08:00:00.000Z');
  audit.append(ended());
  expect((await audit.counts(day)).calls).toBe(1);
  await audit.close();
  await open();
  at('2026-11-21T12:00:00.000Z');
  audit.append(ended());
  expect((await audit.counts(day)).calls).toBe(2);
  await audit.prune('2026-11-21T10:00:00.000Z');
  expect(await audit.counts(day)).toMatchObject({ calls: 1, outcomes: { ok: 1 } });
});
