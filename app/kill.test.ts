import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { EntryView } from './contract/index.ts';
import { eventually, isRunning, type Message, startHost } from './testing/index.ts';
import { installation, processesOf } from './testing/programs.ts';

const ROUNDS = Number(process.env.GATEHOUSE_KILL_ROUNDS ?? 24);

/** An assistant that writes one numbered line after the other until its bridge ends. */
function writer(bridge: ChildProcess, next: () => number, answered: Set<number>): void {
  const asked = new Map<unknown, number>();
  const send = (message: Message): void => {
    if (bridge.stdin?.writable) bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  const write = (): void => {
    const line = next();
    asked.set(line, line);
    send({ id: line, method: 'tools/call', params: { name: 'write', arguments: { line: `n${line}` } } });
  };
  bridge.stdin?.on('error', () => undefined);
  if (bridge.stdout === null) return;
  createInterface({ input: bridge.stdout }).on('line', text => {
    const message = JSON.parse(text) as { readonly id?: unknown; readonly result?: { readonly isError?: boolean } };
    if (message.id === 'init') return write();
    const line = asked.get(message.id);
    if (line !== undefined && message.result !== undefined && message.result.isError !== true) answered.add(line);
    write();
  });
  send({
    id: 'init',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'k', version: '1' } },
  });
}

it(`kill -9 of child, host and bridge in mid-call, ${ROUNDS} rounds: no entry lost, no write twice, nothing left running`, {
  timeout: 60_000 + ROUNDS * 5_000,
}, async () => {
  const env = (folder: string) => ({
    GATEHOUSE_VAULT: 'passphrase',
    GATEHOUSE_PASSPHRASE_FILE: join(folder, 'passphrase'),
  });
  const here = installation(env);
  const notes = join(here.folder, 'notes');
  writeFileSync(notes, '');
  writeFileSync(join(here.folder, 'passphrase'), 'a passphrase for a test');
  {
    await using host = await startHost({ home: here.home, vault: 'passphrase', env: env(here.folder) });
    const id = await host.custom('kills', 'raw-server', ['legacy', notes], 'write');
    await host.window('grants.set', { id, tool: 'write', verdict: 'allow' });
  }
  const host = async (): Promise<number> =>
    eventually(() => {
      const pid = here.hostPid();
      return pid !== undefined && isRunning(pid) && pid;
    });
  // A bridge has an empty environment, so a command starts the host, which tells it of the vault.
  const started = async (): Promise<void> => {
    const { status, stderr } = await here.run(['connections', 'list']);
    if (status !== 0) throw new Error(stderr);
  };
  const answered = new Set<number>();
  let line = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await started();
    const bridge = here.bridge('custom/kills');
    const before = answered.size;
    writer(bridge, () => line++, answered);
    await eventually(() => answered.size > before + 3, 20_000);
    await sleep(Math.random() * 20);
    const child = Number(
      readFileSync(notes, 'utf8')
        .match(/started \d+/g)
        ?.at(-1)
        ?.split(' ')[1],
    );
    const victim = [child, await host(), bridge.pid ?? 0][round % 3] ?? 0;
    if (isRunning(victim)) process.kill(victim, 'SIGKILL');
    await sleep(Math.random() * 30);
    bridge.kill('SIGKILL');
  }
  await started();
  const executed = readFileSync(notes, 'utf8')
    .split('\n')
    .flatMap(text => /^write n(\d+)$/.exec(text)?.[1] ?? [])
    .map(Number);
  expect(new Set(executed).size).toBe(executed.length);
  for (const done of answered) expect(executed).toContain(done);

  const file = join(here.folder, 'all.jsonl');
  expect((await here.run(['audit', 'export', file])).status).toBe(0);
  const entries = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(text => JSON.parse(text) as EntryView);
  const intents = new Map(
    entries.flatMap(entry =>
      entry.kind === 'intent'
        ? [[Number((entry.arguments as { line: string }).line.slice(1)), entry.seq] as const]
        : [],
    ),
  );
  const outcomes = new Map(entries.flatMap(entry => (entry.kind === 'outcome' ? [[entry.call, entry] as const] : [])));
  for (const done of executed) expect(intents.has(done)).toBe(true);
  for (const done of answered) expect(outcomes.get(intents.get(done))).toMatchObject({ outcome: 'ok' });
  expect((await here.run(['audit', 'verify'])).json).toMatchObject({ ok: true });

  await here.run(['stop']);
  await eventually(() => processesOf(here.home).length === 0 && processesOf(notes).length === 0, 20_000);
  await here[Symbol.asyncDispose]();
});
