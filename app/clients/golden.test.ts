import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KNOWN } from './known/index.ts';
import { definition, scratch } from './scratch.fixture.ts';

/**
 * For every client and every kind of file: `NAME.original`, what it is after two connections were registered, and what
 * it is after they were taken out by editing alone (no copy of the original at hand). Run with `GATEHOUSE_GOLDEN=write`
 * to write the latter two anew; then read the difference.
 */
const folder = join(import.meta.dirname, 'golden');
const writing = process.env.GATEHOUSE_GOLDEN === 'write';
const CONNECTIONS = ['dpod/acme', 'cloudways/a-long-name-of-a-customer'];

function expectGolden(file: string, actual: Buffer): void {
  if (writing) writeFileSync(file, actual);
  expect(actual.toString('latin1')).toBe(readFileSync(file).toString('latin1'));
}

describe.each(KNOWN.map(({ id }) => id))('files of %s', client => {
  const cases = readdirSync(join(folder, client))
    .filter(name => name.endsWith('.original'))
    .map(name => join(folder, client, name.replace(/\.original$/, '')));

  it.each(cases)('%s', async golden => {
    using given = scratch();
    const file = given.fileOf(client);
    const original = readFileSync(`${golden}.original`);
    writeFileSync(file, original);

    const registered = await given.clients.register(client, CONNECTIONS);
    const after = readFileSync(file);
    expectGolden(`${golden}.registered`, after);
    const { format, keyPath } = definition(client);
    const servers = format.parse(after.toString('utf8').replace(/^\u{feff}/u, '')).at(keyPath) as object;
    expect(Object.keys(servers)).toEqual(expect.arrayContaining(registered.changes.map(({ name }) => name)));

    await given.clients.unregister(client);
    expect(readFileSync(file)).toEqual(original);

    await given.clients.register(client, CONNECTIONS);
    expect(readFileSync(file)).toEqual(after);
    for (const copy of readdirSync(given.backups)) rmSync(join(given.backups, copy));
    await given.clients.unregister(client);
    expectGolden(`${golden}.removed`, readFileSync(file));

    writeFileSync(file, original);
    const { undo = '' } = await given.clients.register(client, CONNECTIONS);
    await given.clients.undo(undo);
    expect(readFileSync(file)).toEqual(original);
  });

  it('comes into being and goes away again, with its folders', async () => {
    using given = scratch();
    const file = join(given.home, given.fileOf(client).slice(given.home.length));
    for (const name of readdirSync(given.home)) rmSync(join(given.home, name), { recursive: true });
    const { undo = '' } = await given.clients.register(client, CONNECTIONS);
    expectGolden(join(folder, client, 'missing.registered'), readFileSync(file));
    await given.clients.unregister(client);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(given.home)).toEqual([]);
    const second = await given.clients.register(client, CONNECTIONS);
    expect(second.undo).not.toBe(undo);
    await given.clients.undo(second.undo ?? '');
    expect(readdirSync(given.home)).toEqual([]);
  });
});
