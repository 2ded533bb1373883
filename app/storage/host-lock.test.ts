import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeHostLock } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that tries to take the lock, says `held` or the code, and stays. */
function starter(file: string) {
  const program = `
    import { takeHostLock } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    try { takeHostLock(${JSON.stringify(file)}); console.log('held'); } catch (error) { console.log(error.code); }
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = new Promise<string>(resolve => createInterface({ input: child.stdout }).once('line', resolve));
  return { child, said };
}

it('of ten that start at once, one holds the home; when it is killed, the next one does', {
  timeout: 30_000,
}, async () => {
  const file = join(folder, 'host.lock');
  for (let round = 0; round < 2; round++) {
    const starters = Array.from({ length: 10 }, () => starter(file));
    const said = await Promise.all(starters.map(one => one.said));
    expect(said.filter(word => word === 'held')).toHaveLength(1);
    expect(said.filter(word => word === 'GH_HOST_RUNNING')).toHaveLength(9);
    await Promise.all(
      starters.map(({ child }) => {
        child.kill('SIGKILL');
        return new Promise(resolve => child.once('exit', resolve));
      }),
    );
  }
  takeHostLock(file).release();
  takeHostLock(file).release();
});
