import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'));
  file = join(folder, 'logs', 'test.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function logger(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    name: 'test',
    file,
    secrets: () => secrets,
    stderr: line => void lines.push(line),
  });
  return { log, lines };
}

const MIB = 'x'.repeat(1024 * 1024);

describe('the log', () => {
  it('has one line of JSON for each entry, on stderr and in a file for its owner alone', () => {
    const { log, lines } = logger();
    log.child({ tool: 'manage_things' }).warn('done', { ms: 3 });
    log.debug('too small');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      name: 'test',
      tool: 'manage_things',
      ms: 3,
      msg: 'done',
    });
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700);
  });

  it('masks known secrets in every form, and whatever looks like one', () => {
    const secrets = ['canary', 'canary-and-more', 'quo"te\\d\n'];
    const { log, lines } = logger(secrets);
    log.info(`Bearer abcdefgh.ijk and ${secrets.join(' ')}`, {
      nested: { text: JSON.stringify({ secrets }) },
      url: 'https://x.test/?sig=abcdef&other=1',
      client_secret: 'not-known',
      jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc',
    });
    const [line = ''] = lines;
    expect(line).not.toMatch(/canary|and-more|quo|abcdefgh|sig=abcdef|not-known|eyJhbGci/);
    expect(line).toContain('other=1');
    expect(() => JSON.parse(line)).not.toThrow();
  });

  it('turns over when it is full, and keeps three predecessors', () => {
    const { log } = logger();
    for (let entry = 0; entry < 22; entry++) log.info(`${entry} ${MIB}`);
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['test.log', 'test.log.1', 'test.log.2', 'test.log.3']);
    for (const name of readdirSync(join(folder, 'logs')))
      expect(statSync(join(folder, 'logs', name)).size).toBeLessThanOrEqual(4 * 1024 * 1024);
    const last = readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
    expect((JSON.parse(last) as { msg: string }).msg).toMatch(/^21 /);
  });

  it('goes on where it ended', () => {
    logger().log.info('first');
    logger().log.info('second');
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('that cannot be written does not stop anything', () => {
    writeFileSync(join(folder, 'logs'), 'a file where the folder should be');
    const { log, lines } = logger();
    log.info('first');
    log.info('second');
    expect(lines).toHaveLength(2);
    chmodSync(folder, 0o700);
  });
});
