import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startSandbox } from '../mcp/dpod/sandbox/index.ts';
import { eventually, fixture, type Message } from './testing/index.ts';
import { familyOf, installation, processesOf } from './testing/programs.ts';

/** An assistant that starts one call and waits for its answer in vain. */
async function calling(bridge: ChildProcess, name: string, given: Message): Promise<void> {
  const send = (message: Message): void =>
    void bridge.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const { stdout } = bridge;
  if (stdout === null) throw new Error('The bridge has no stdout.');
  const first = new Promise(resolve => createInterface({ input: stdout }).once('line', resolve));
  bridge.stdin?.on('error', () => undefined);
  const clientInfo = { name: 'o', version: '1' };
  send({
    id: 'init',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  });
  await first;
  send({ id: 1, method: 'tools/call', params: { name, arguments: given } });
}

it('servers, launchers and bridges end within a second after kill -9 of their host, also in mid-call', {
  timeout: 60_000,
}, async () => {
  await using sandbox = await startSandbox();
  await using here = installation();
  await here.serve('--approve-from-cli');
  const [credential] = sandbox.credentials;
  const settings = Object.entries(credential?.settings ?? {}).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const add = (backend: string, name: string, more: readonly string[], secrets?: object) =>
    here.run(
      ['connections', 'add', backend, '--name', name, ...more, ...(secrets ? ['--secrets-stdin'] : [])],
      JSON.stringify(secrets ?? {}),
    );
  expect(await add('dpod', 'calls', settings, credential?.secrets)).toMatchObject({ status: 0 });
  expect(await add('dpod', 'rests', settings, credential?.secrets)).toMatchObject({ status: 0 });
  const args = JSON.stringify([fixture('raw-server'), 'legacy']);
  const raw = ['--set', `command=${process.execPath}`, '--set', `args=${args}`];
  expect(await add('custom', 'calls', raw)).toMatchObject({ status: 0 });
  for (const id of ['dpod/rests', 'custom/calls'])
    expect((await here.run(['connections', 'test', id])).json).toMatchObject({ ok: true });
  await here.run(['connections', 'classify', 'custom/calls', 'slow', 'read']);

  sandbox.faults.inject({ kind: 'slow', path: '/v1/tiles', delayMs: 60_000 });
  await calling(here.bridge('dpod/calls'), 'manage_tiles', { action: 'list_tiles' });
  await calling(here.bridge('custom/calls'), 'slow', { ms: 60_000 });
  await eventually(() => sandbox.requests.some(({ path }) => path === '/v1/tiles'));
  await sleep(200);

  const host = here.hostPid() ?? 0;
  const family = familyOf(join(here.folder, '/')).filter(pid => pid !== host);
  expect(family.length).toBeGreaterThanOrEqual(6);
  process.kill(host, 'SIGKILL');
  // A process that has ended has no command line, though nobody may have asked for its status yet.
  await eventually(() => !processesOf('\0').some(pid => family.includes(pid)), 1_000);
});
