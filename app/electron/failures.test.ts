import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { anonymous, openFailures } from './failures.ts';

it('a report names neither the person nor their folder nor a secret', () => {
  const text = anonymous(
    'at /home/erika/x.js for erika: Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345',
    '/home/erika',
    'erika',
  );
  expect(text).toContain('at ~/x.js for …');
  expect(text).not.toMatch(/erika|abcdefghij/);
});

it('the name of the person inside of another word stays', () => {
  expect(anonymous('rooted /root/x', '/root', 'root')).toBe('rooted ~/x');
});

it('only the first failure is shown; all are written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-failures-'));
  const shown: string[] = [];
  const failures = openFailures({ folder, version: '1', now: () => new Date(0), show: file => void shown.push(file) });
  failures.say('a line');
  failures.note(new Error('first'));
  failures.note('second');
  const text = readFileSync(join(folder, 'app.log'), 'utf8');
  rmSync(folder, { recursive: true });
  expect(shown).toEqual([join(folder, 'app.log')]);
  expect(text).toMatch(/^1970-01-01T00:00:00.000Z 1 \w+: a line\n/);
  expect(text).toContain('Error: first');
  expect(text).toContain('second');
});

it('where nothing can be written, nothing fails because of it', () => {
  const failures = openFailures({ folder: '/dev/null/x', version: '1', now: () => new Date(), show: () => undefined });
  expect(() => failures.note(new Error('x'))).not.toThrow();
});
