import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually, fixture, startHost } from '../testing/index.ts';
import { type Installation, installation } from '../testing/programs.ts';

/** `gatehouse connections logs --follow`, as a person runs it in a terminal of their own. */
function following(here: Installation, id: string, ...args: readonly string[]) {
  const child: ChildProcess = here.start(['connections', 'logs', id, '--follow', ...args]);
  const said = { out: '', err: '' };
  child.stdout?.on('data', chunk => (said.out += chunk));
  child.stderr?.on('data', chunk => (said.err += chunk));
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  return { child, said, ended };
}

it('follows what a server writes through a rotation, without secrets, each line once and in order, until Ctrl-C', {
  timeout: 30_000,
}, async () => {
  await using here = installation();
  await using host = await startHost({ home: here.home });
  const secret = 'canary-of-the-follower';
  await host.window('connections.add', {
    backend: 'custom',
    name: 'talks',
    settings: { command: process.execPath, args: [fixture('raw-server'), 'legacy'] },
    secrets: { TOKEN: secret },
  });
  expect(await host.window('connections.test', { id: 'custom/talks' })).toMatchObject({ ok: true });
  const { uuid } = host.parts.connections.get('custom/talks');
  const { log } = host.parts.fleet.of(uuid);
  let written = 0;
  const write = (count: number): void => {
    for (const end = written + count; written < end; written++)
      log.note(`line ${written} ${secret} ${'x'.repeat(4_000)}`);
  };
  write(3);
  const [people, script] = [
    following(here, 'custom/talks', '--lines', '2'),
    following(here, 'custom/talks', '--lines', '2', '--json'),
  ];
  await eventually(() => people.said.out.includes('line 2 ') && script.said.out.includes('line 2 '));
  // More than one file holds, in the amounts that the host tells at once.
  for (let round = 0; round < 10; round++) {
    write(30);
    await eventually(() => [people, script].every(({ said }) => said.out.includes(`line ${written - 1} `)));
  }
  expect(existsSync(join(here.home, 'connections', uuid, 'server.log.1'))).toBe(true);
  const wanted = Array.from({ length: written - 1 }, (_, at) => at + 1);
  const numbers = (text: string): readonly number[] => [...text.matchAll(/line (\d+) /g)].map(([, n]) => Number(n));
  expect(numbers(people.said.out)).toEqual(wanted);
  expect(numbers(script.said.out)).toEqual(wanted);
  for (const line of script.said.out.trim().split('\n'))
    expect(JSON.parse(line)).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      line: expect.stringContaining('line'),
    });
  expect((people.said.out + script.said.out).includes(secret)).toBe(false);
  people.child.kill('SIGINT');
  expect([await people.ended, people.said.err]).toEqual([0, '']);

  await host.stop();
  expect(await script.ended).toBe(1);
  expect(JSON.parse(script.said.err)).toMatchObject({ error: { code: 'GH_HOST_DOWN' } });
});

it('says so when there is no such connection', async () => {
  await using here = installation();
  await using _host = await startHost({ home: here.home });
  expect(await here.run(['connections', 'logs', 'custom/none', '--follow'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('GH_NOT_FOUND'),
  });
});
