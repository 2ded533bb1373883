/**
 * `npm run bench`: what Gatehouse costs, measured against a do-nothing relay of the same three processes in the same run.
 * Policy, audit and redaction are on. `--quick` for a short look; without it, `docs/benchmarks.md` is written.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectHost } from '../../app/commands/connect.ts';
import { findRuntime } from '../../app/runtime.ts';
import { HOST_FLAGS } from '../../app/serve/dial.ts';
import { measureCloudways } from './cloudways.ts';
import { cpuOf, type Driver, drive, median, pssOf, quantile } from './driver.ts';
import { measureHistory } from './history.ts';
import { measureWindow } from './window.ts';

const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 2 : 5;
const CALLS = quick ? 500 : 2_000;
const FLOOD = CALLS * 10;
const WARM_UP = 200;
const here = import.meta.dirname;
const runtime = findRuntime('bench', new URL('../../app/host.ts', import.meta.url).href);
const folder = mkdtempSync(join(tmpdir(), 'gh-bench-'));
const home = join(folder, 'home');
process.env.GATEHOUSE_VAULT = 'memory';
const echo = join(here, 'echo.fixture.mjs');
const children: ChildProcess[] = [];

interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly target: string;
  readonly ok: boolean;
}
const rows: Row[] = [];
const add = (figure: string, measured: string, target: string, ok: boolean): void => {
  rows.push({ figure, measured, target, ok });
  console.log(`${ok ? 'ok  ' : 'MISS'} ${figure}: ${measured} (target ${target})`);
};
const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
const times = (value: number): string => `${value.toFixed(2)} ×`;

function start(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(runtime.node, args, { stdio: ['pipe', 'pipe', 'inherit'], env: process.env });
  children.push(child);
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', () => resolve(child));
    child.once('exit', code => reject(new Error(`${args[0]} ended with ${code}`)));
  });
}
const bridge = (connection = 'custom/echo'): Promise<Driver> =>
  drive(runtime.node, [runtime.bridge, connection, '--home', home]);

async function main(): Promise<void> {
  const relaySocket = join(folder, 'relay.sock');
  const oneLineSocket = join(folder, 'line.sock');
  await start([join(here, 'relay.fixture.mjs'), relaySocket, runtime.node, echo]);
  const oneLine = createServer(socket => {
    socket.once('data', () => socket.write('{"jsonrpc":"2.0","id":1,"result":{}}\n'));
    socket.on('error', () => undefined);
  }).listen(oneLineSocket);

  const serve = await start([
    ...HOST_FLAGS,
    runtime.cli,
    'serve',
    '--json',
    '--no-open',
    '--approve-from-cli',
    '--home',
    home,
  ]);
  const host = await connectHost(home, runtime.cli, { start: false });
  for (const name of ['echo', 'two', 'three', 'four']) {
    await host.call('connections.add', {
      backend: 'custom',
      name,
      settings: { command: runtime.node, args: [echo] },
    });
  }
  await host.call('connections.test', { id: 'custom/echo' });
  for (const tool of ['echo', 'big'])
    await host.call('connections.classify', { id: 'custom/echo', tool, effect: 'read' });
  await host.call('grants.set', { id: 'custom/echo', tool: 'write', verdict: 'allow' });
  const dpod = existsSync(join(runtime.catalogs, 'dpod.json'));
  if (dpod)
    await host.call('connections.add', {
      backend: 'dpod',
      name: 'acme',
      settings: {},
      secrets: { clientId: 'none', clientSecret: 'none' },
    });

  // --- memory and idle CPU, of a host that has been used a little
  const quiet = await bridge();
  await host.call('connections.stop', { id: 'custom/echo' });
  await sleep(quick ? 3_000 : 15_000);
  const before = cpuOf(serve.pid ?? 0);
  await sleep(quick ? 2_000 : 20_000);
  const used = (cpuOf(serve.pid ?? 0) - before) / (quick ? 20 : 200);
  const [hostPss, bridgePss] = [pssOf(serve.pid ?? 0), pssOf(quiet.child.pid ?? 0)];
  add('host with 5 idle connections, no child running', `${hostPss.toFixed(0)} MB PSS`, '≤ 90 MB', hostPss <= 90);
  add('bridge', `${bridgePss.toFixed(0)} MB PSS`, '≤ 45 MB', bridgePss <= 45);
  add('idle CPU of the host', `${used.toFixed(2)} %`, '≈ 0', used < 0.3);
  await quiet.end();

  // --- start-up
  const starts = { bridge: [] as number[], bare: [] as number[] };
  for (let round = 0; round < (quick ? 5 : 21); round++) {
    for (const [kind, open] of [
      ['bare', () => drive(runtime.node, [join(here, 'pump.fixture.mjs'), oneLineSocket])],
      ['bridge', () => bridge()],
    ] as const) {
      const driver = await open();
      starts[kind].push(driver.startMs);
      await driver.end();
    }
  }
  const startRatio = median(starts.bridge) / median(starts.bare);
  add(
    'bridge: spawn to `initialize` answered, host running',
    `${ms(median(starts.bridge))} = ${times(startRatio)} of a bare Node process with one line over a socket (${ms(median(starts.bare))})`,
    '≤ 1.3 ×',
    startRatio <= 1.3,
  );

  // --- lists from the catalogue
  const listed = await bridge(dpod ? 'dpod/acme' : 'custom/two');
  const lists: number[] = [];
  for (let n = 0; n < 200; n++) {
    const at = performance.now();
    await listed.call('tools/list', {});
    lists.push(performance.now() - at);
  }
  add(
    `\`tools/list\` of ${dpod ? 'DPoD' : 'a custom server'} through a connected bridge, child not running`,
    `p50 ${ms(median(lists))}, p99 ${ms(quantile(lists, 0.99))}`,
    '≤ 5 ms',
    median(lists) <= 5,
  );

  if (existsSync(join(runtime.catalogs, 'cloudways.json')))
    for (const row of await measureCloudways(
      (backend, name, more) => host.call('connections.add', { backend, name, ...more }),
      bridge,
    ))
      add(row.figure, row.measured, row.target, row.ok);

  // --- calls, interleaved
  const kinds = {
    alone: await drive(runtime.node, [echo]),
    relay: await drive(runtime.node, [join(here, 'pump.fixture.mjs'), relaySocket]),
    gatehouse: await bridge(),
  };
  type Kind = keyof typeof kinds;
  const names = Object.keys(kinds) as Kind[];
  const call = { name: 'echo', arguments: { text: 'a modest line of text, as tools have it' } };
  const p50: Record<Kind, number[]> = { alone: [], relay: [], gatehouse: [] };
  const p99: Record<Kind, number[]> = { alone: [], relay: [], gatehouse: [] };
  const flood: Record<Kind, number[]> = { alone: [], relay: [], gatehouse: [] };
  const big: Record<Kind, number[]> = { alone: [], relay: [], gatehouse: [] };
  const writes: number[] = [];
  let wrong = 0;
  /** What the host puts off until it is quiet must not fall into the others' time. */
  const settled = async (kind: Kind): Promise<void> => {
    if (kind !== 'gatehouse') return;
    await sleep(500);
    for (let used = cpuOf(serve.pid ?? 0), more = 1; more > 0; ) {
      await sleep(200);
      const now = cpuOf(serve.pid ?? 0);
      [used, more] = [now, Math.floor((now - used) / 20)];
    }
  };
  for (const kind of names) await kinds[kind].sequence(WARM_UP, call);
  await kinds.gatehouse.sequence(WARM_UP, { name: 'write', arguments: { text: 'x' } });
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of names) {
      const taken = await kinds[kind].sequence(CALLS, call);
      p50[kind].push(median(taken));
      p99[kind].push(quantile(taken, 0.99));
      await settled(kind);
    }
    for (const kind of names) {
      const result = await kinds[kind].flood(FLOOD, 64);
      flood[kind].push(result.perSecond);
      wrong += result.wrong;
      await settled(kind);
    }
    for (const kind of names) big[kind].push(median(await kinds[kind].sequence(quick ? 10 : 30, { name: 'big' })));
    writes.push(median(await kinds.gatehouse.sequence(quick ? 100 : 400, { name: 'write', arguments: { text: 'x' } })));
  }
  const of = (table: Record<Kind, number[]>, kind: Kind): number => median(table[kind]);
  const ratio = (table: Record<Kind, number[]>): number => of(table, 'gatehouse') / of(table, 'relay');
  const three = (table: Record<Kind, number[]>, unit: (value: number) => string): string =>
    `child alone ${unit(of(table, 'alone'))}, relay ${unit(of(table, 'relay'))}, Gatehouse ${unit(of(table, 'gatehouse'))}`;
  add('echo call, p50', `${three(p50, ms)}: ${times(ratio(p50))}`, '≤ 1.5 × the relay', ratio(p50) <= 1.5);
  add('echo call, p99', `${three(p99, ms)}: ${times(ratio(p99))}`, '≤ 2 × the relay', ratio(p99) <= 2);
  add('write call, allowed by grant', `p50 ${ms(median(writes))}`, '≤ 5 ms', median(writes) <= 5);
  add(
    '64 calls in flight',
    `${three(flood, value => `${Math.round(value)}/s`)}: ${times(ratio(flood))}, ${wrong} wrong answers`,
    '≥ 0.65 × the relay, 0 wrong',
    ratio(flood) >= 0.65 && wrong === 0,
  );
  add('1 MiB result', `${three(big, ms)}: ${times(ratio(big))}`, '≤ 1.5 × the relay', ratio(big) <= 1.5);

  for (const driver of [...Object.values(kinds), listed]) await driver.end();
  await sleep(quick ? 2_000 : 10_000);
  add('the same host after all these calls', `${pssOf(serve.pid ?? 0).toFixed(0)} MB PSS`, 'none set', true);

  await host.call('host.stop', {});
  await host.closed;

  // --- a host that is not there yet
  const absent: number[] = [];
  for (let round = 0; round < (quick ? 2 : 7); round++) {
    const driver = await bridge();
    absent.push(driver.startMs);
    await driver.end();
    const line = await connectHost(home, runtime.cli, { start: false });
    await line.call('host.stop', {});
    await line.closed;
    await sleep(200);
  }
  add(
    'host absent: spawn to `initialize` answered',
    `p50 ${ms(median(absent))}, worst ${ms(Math.max(...absent))}`,
    '≤ 1.5 s',
    median(absent) <= 1_500,
  );
  for (const row of await measureHistory(runtime, folder, quick ? 50_000 : 1_000_000))
    add(row.figure, row.measured, row.target, row.ok);
  for (const row of await measureWindow(runtime, folder, quick ? 50_000 : 1_000_000))
    add(row.figure, row.measured, row.target, row.ok);
  oneLine.close();
}

try {
  await main();
  if (!quick) writeFileSync(join(here, '../../docs/benchmarks.md'), page());
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(rows.every(row => row.ok) ? 0 : 1);

function page(): string {
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores, Node ${process.versions.node}, ${process.platform}. Ratios
within one run are what counts; absolute times belong to that machine. Policy, audit and redaction were on; ${WARM_UP} calls of
warm-up, then ${ROUNDS} interleaved rounds of ${CALLS} calls one by one and ${FLOOD} with 64 in flight, medians of the rounds.

The yardstick is a do-nothing relay of the same three processes: a pump from stdio to a socket, and a second process that pumps
to the child. What Gatehouse adds to it is reading the message, deciding, and writing intent and outcome to the history. Moving the
history's journal into its database and the search index is put off until the host is quiet (decision 3): after Gatehouse's part of a
round the bench waits for that, so that it is in nobody's time, and not in these figures either.

| figure | measured | target | |
|---|---|---|---|
${rows.map(row => `| ${row.figure} | ${row.measured} | ${row.target} | ${row.ok ? 'met' : '**missed**'} |`).join('\n')}
`;
}
