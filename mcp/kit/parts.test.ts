import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveFile } from './files.ts';
import { createLimiter } from './limiter.ts';
import { createLogger } from './log.ts';
import { createTokenSource } from './token.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-kit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

describe('a limiter', () => {
  it('lets so many work at once, in the order they came', async () => {
    const limiter = createLimiter({ concurrency: 2, now: Date.now });
    let [now, most] = [0, 0];
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        limiter.run(async () => {
          order.push(n);
          most = Math.max(most, ++now);
          await sleep(2);
          now--;
        }, never),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('keeps to its windows, tells what is left, and holds when the vendor says so', async () => {
    const limiter = createLimiter({ concurrency: 9, windows: [{ calls: 3, ms: 120 }], now: Date.now });
    const began = Date.now();
    expect(limiter.left()).toBe(3);
    await Promise.all(Array.from({ length: 3 }, () => limiter.run(async () => undefined, never)));
    expect(limiter.left()).toBe(0);
    await limiter.run(async () => undefined, never);
    expect(Date.now() - began).toBeGreaterThanOrEqual(118);
    limiter.holdUntil(Date.now() + 80);
    const held = Date.now();
    await limiter.run(async () => undefined, never);
    expect(Date.now() - held).toBeGreaterThanOrEqual(78);
  });

  it('forgets who was cancelled while waiting, and lets the next one in', async () => {
    const limiter = createLimiter({ concurrency: 1, now: Date.now });
    const first = limiter.run(() => sleep(60), never);
    const stop = new AbortController();
    const second = limiter.run(async () => 'second', stop.signal);
    const third = limiter.run(async () => 'third', never);
    stop.abort();
    await expect(second).rejects.toThrow();
    expect(await third).toBe('third');
    await first;
  });
});

describe('a token', () => {
  const source = (life: number, clock: { now: number }) => {
    let count = 0;
    const tokens = createTokenSource({
      fetch: async () => {
        await sleep(5);
        return { value: `t${++count}`, expiresAt: clock.now + life };
      },
      now: () => clock.now,
      marginMs: 300_000,
    });
    return { tokens, count: () => count };
  };

  it('is fetched once for all who ask, and renewed before it ends', async () => {
    const clock = { now: 0 };
    const { tokens, count } = source(3_600_000, clock);
    await Promise.all(Array.from({ length: 50 }, () => tokens.get()));
    expect(count()).toBe(1);
    clock.now = 3_299_000;
    await tokens.get();
    expect(count()).toBe(1);
    clock.now = 3_301_000;
    expect((await tokens.get()).value).toBe('t2');
  });

  it('that lives shortly is used for half its life at least', async () => {
    const clock = { now: 0 };
    const { tokens, count } = source(10_000, clock);
    await tokens.get();
    clock.now = 4_000;
    await tokens.get();
    expect(count()).toBe(1);
    clock.now = 6_000;
    await tokens.get();
    expect(count()).toBe(2);
  });

  it('that was refused by many at once is renewed once', async () => {
    const { tokens, count } = source(3_600_000, { now: 0 });
    const old = await tokens.get();
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        tokens.refused(old);
        await tokens.get();
      }),
    );
    tokens.refused(old);
    expect((await tokens.get()).value).toBe('t2');
    expect(count()).toBe(2);
  });
});

describe('a saved file', () => {
  it('is new, private, inside the folder, and never over another', () => {
    const at = join(folder, 'downloads');
    const names = [
      'setup.zip',
      'setup.zip',
      '../../../etc/passwd',
      '/etc/passwd',
      '.bashrc',
      'con',
      'ünï côdé.zip',
      '',
    ];
    const files = names.map(name => saveFile(at, name, Buffer.from(name)));
    expect(new Set(files).size).toBe(names.length);
    for (const file of files) {
      expect(join(file, '..')).toBe(at);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    expect(files.map(file => file.slice(at.length + 1)).slice(0, 2)).toEqual(['setup.zip', 'setup-2.zip']);
    expect(readdirSync(at).some(name => name.startsWith('.'))).toBe(false);
    expect(statSync(at).mode & 0o777).toBe(0o700);
  });

  it('does not follow a link that stands where it should be', () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'mine');
    mkdirSync(join(folder, 'downloads'));
    symlinkSync(target, join(folder, 'downloads', 'setup.zip'));
    const file = saveFile(join(folder, 'downloads'), 'setup.zip', Buffer.from('theirs'));
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(lstatSync(file).isFile()).toBe(true);
    expect(() => saveFile('relative', 'x', Buffer.from(''))).toThrow(/absolute/);
    expect(() => saveFile(target, 'x', Buffer.from(''))).toThrow(expect.objectContaining({ code: 'GH_FILE' }));
  });
});

it('a log has one JSON object in each line, no secret, and a size that stays', () => {
  const file = join(folder, 'logs', 'x.log');
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    name: 'x',
    file,
    secrets: () => ['canary-1'],
    stderr: line => lines.push(line),
  });
  log.debug('not shown');
  log.child({ tool: 'manage_services' }).warn('said canary-1', { authorization: 'Bearer abcdefghijkl', n: 1 });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', tool: 'manage_services', n: 1, msg: 'said •••' });
  expect(lines.join()).not.toMatch(/canary-1|abcdefghijkl/);
  expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
  const long = 'y'.repeat(100_000);
  for (let n = 0; n < 220; n++) log.info(long);
  expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2', 'x.log.3']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
