import { join } from 'node:path';
import type { Audit, NewEntry } from '../../app/audit/index.ts';
import { GatehouseError } from '../../app/contract/index.ts';
import { createHost } from '../../app/host.ts';
import type { Runtime } from '../../app/runtime.ts';
import { drive, median, quantile } from './driver.ts';

export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly target: string;
  readonly ok: boolean;
}

const TOOLS = ['manage_services', 'manage_tenants', 'manage_users', 'manage_audit_logs', 'manage_tiles'];
const ACTIONS = ['list', 'get', 'create', 'update', 'delete'];
const CLIENTS = ['claude-desktop', 'cursor', 'vscode', 'gemini-cli'];

export function entry(n: number): NewEntry {
  return {
    kind: n % 2 === 0 ? 'outcome' : 'intent',
    client: CLIENTS[n % 4] ?? '',
    connection: `dpod/tenant-${n % 17}`,
    tool: TOOLS[n % 5] ?? '',
    action: ACTIONS[(n >> 3) % 5] ?? '',
    effect: 'read',
    arguments: { service_id: `vault-${n % 5_000}`, note: `request ${n} for the payroll key of region ${n % 31}` },
    outcome: 'ok',
    durationMs: n % 900,
  };
}

const QUERIES = [
  { text: 'payroll region', limit: 50 },
  { text: 'vault-4711', limit: 50 },
  { text: 'vault-12 request', facets: { client: 'cursor' }, limit: 50 },
  { facets: { tool: 'manage_users', action: 'delete' }, limit: 50 },
  { facets: { connection: 'dpod/tenant-3', client: 'vscode' }, text: 'payroll', limit: 50 },
  { text: 'nothingofthekind', limit: 50 },
  { limit: 50 },
] as const;

/** Fills a history with `size` entries, then searches it while a client calls through the same host. */
export async function measureHistory(runtime: Runtime, folder: string, size: number): Promise<readonly Row[]> {
  const home = join(folder, 'long');
  const host = await createHost({ home, runtime, env: process.env, vault: 'memory', approveFromCli: true });
  const { audit } = host.parts;
  try {
    const filling = await fill(audit, size);
    const settings = { command: runtime.node, args: [join(import.meta.dirname, 'echo.fixture.mjs')] };
    await host.api.call('window', 'connections.add', { backend: 'custom', name: 'echo', settings });
    await host.api.call('window', 'connections.test', { id: 'custom/echo' });
    await host.api.call('window', 'connections.classify', { id: 'custom/echo', tool: 'echo', effect: 'read' });
    await audit.search({ limit: 1 });
    const client = await drive(runtime.node, [runtime.bridge, 'custom/echo', '--home', home]);
    const call = { name: 'echo', arguments: { text: 'while somebody searches' } };
    await client.sequence(500, call);
    const quiet: number[] = [];
    const busy: number[] = [];
    const searches: number[] = [];
    for (let round = 0; round < 5; round++) {
      quiet.push(median(await client.sequence(3_000, call)));
      let on = true;
      const searching = (async () => {
        for (let n = 0; on; n++) {
          const at = performance.now();
          await audit.search(QUERIES[n % QUERIES.length] ?? {});
          searches.push(performance.now() - at);
          // A person who types, not a second load test.
          await new Promise(resolve => setTimeout(resolve, 50));
        }
      })();
      busy.push(median(await client.sequence(6_000, call)));
      on = false;
      await searching;
    }
    await client.end();
    const moved = (median(busy) / median(quiet) - 1) * 100;
    const p95 = quantile(searches, 0.95);
    const counting: number[] = [];
    const week = { from: new Date(Date.now() - 7 * 86_400_000).toISOString(), to: new Date().toISOString() };
    for (let round = 0; round < 20; round++) {
      const at = performance.now();
      await audit.counts({ ...week, bucketHours: 1 });
      counting.push(performance.now() - at);
    }
    const counted = quantile(counting, 0.95);
    const count = size.toLocaleString('en');
    return [
      {
        figure: 'audit: entries a second while serving',
        measured: `${Math.round(filling).toLocaleString('en')}/s`,
        target: '≥ 5,000/s',
        ok: filling >= 5_000,
      },
      {
        figure: `search over ${count} entries`,
        measured: `p95 ${p95.toFixed(1)} ms over ${searches.length} searches`,
        target: '≤ 100 ms',
        ok: p95 <= 100,
      },
      {
        figure: `a week by the hour over ${count} entries`,
        measured: `p95 ${counted.toFixed(1)} ms`,
        target: '≤ 100 ms',
        ok: counted <= 100,
      },
      {
        figure: 'gateway p50 while somebody searches',
        measured: `${median(quiet).toFixed(3)} → ${median(busy).toFixed(3)} ms (${moved.toFixed(0)} %)`,
        target: 'moved by < 20 %',
        ok: moved < 20,
      },
    ];
  } finally {
    await host.stop();
  }
}

/** Entries a second, in batches as the gateway makes them, with the event loop free to serve between two of them. */
export async function fill(audit: Audit, size: number): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < size; n += 64) {
    for (let at = n; at < Math.min(size, n + 64); at++) audit.append(entry(at), 'soon');
    await new Promise<void>((resolve, reject) =>
      audit.afterCommit(error => (error instanceof GatehouseError ? reject(error) : resolve())),
    );
    await new Promise(resolve => setImmediate(resolve));
  }
  return size / ((performance.now() - began) / 1_000);
}
