import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openState } from '../storage/index.ts';
import { type Disk, nodeDisk } from './disk.ts';
import { memoryLedger, sqliteLedger } from './index.ts';
import { type Scratch, scratch } from './scratch.fixture.ts';

const TEXT = '{\n  "mcpServers": {\n    "x": {\n      "command": "x"\n    }\n  }\n}\n';
const ACME = ['dpod/acme'];

const failure = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work;
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};
const serversOf = (file: string): readonly string[] =>
  Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { readonly mcpServers: object }).mcpServers);

describe('a file that cannot be worked on is left alone', () => {
  const put =
    (bytes: string | Buffer) =>
    (file: string): void =>
      writeFileSync(file, bytes);
  const cases: readonly (readonly [string, string, string, (file: string) => void])[] = [
    ['broken syntax', 'cursor', 'GH_CLIENT_UNPARSABLE', put('{\n  "mcpServers": {\n')],
    ['a comment in strict JSON', 'claude-code', 'GH_CLIENT_UNPARSABLE', put('{\n  // no\n  "a": 1\n}')],
    ['a trailing comma in strict JSON', 'claude-desktop', 'GH_CLIENT_UNPARSABLE', put('{ "a": 1, }')],
    ['a trailing comma for Gemini', 'gemini-cli', 'GH_CLIENT_UNPARSABLE', put('{ "a": 1, }')],
    ['a list', 'cursor', 'GH_CLIENT_WRONG_TYPE', put('[]')],
    ['a list of servers', 'cursor', 'GH_CLIENT_WRONG_TYPE', put('{ "mcpServers": [] }')],
    ['null servers', 'vscode', 'GH_CLIENT_WRONG_TYPE', put('{ "servers": null }')],
    ['servers as text', 'vscode', 'GH_CLIENT_WRONG_TYPE', put('{ "servers": "x" }')],
    ['two keys', 'cursor', 'GH_CLIENT_DUPLICATE_KEY', put('{ "mcpServers": {}, "mcpServers": {} }')],
    ['UTF-16', 'cursor', 'GH_CLIENT_ENCODING', put(Buffer.from('\u{feff}{}', 'utf16le'))],
    ['UTF-16 without a mark', 'cursor', 'GH_CLIENT_ENCODING', put(Buffer.from('{ }', 'utf16le'))],
    ['Latin-1', 'cursor', 'GH_CLIENT_ENCODING', put(Buffer.from('{ "ü": 1 }', 'latin1'))],
    ['a mark for Gemini', 'gemini-cli', 'GH_CLIENT_ENCODING', put('\u{feff}{}')],
    ['a mark for Claude Desktop', 'claude-desktop', 'GH_CLIENT_ENCODING', put('\u{feff}{}')],
    ['a folder', 'cursor', 'GH_CLIENT_NOT_A_FILE', file => mkdirSync(file)],
    ['a link that leads nowhere', 'cursor', 'GH_CLIENT_DANGLING_LINK', file => symlinkSync('/nonexistent/x', file)],
    ['a link to itself', 'cursor', 'GH_CLIENT_DANGLING_LINK', file => symlinkSync(file, file)],
    [
      'far too big',
      'claude-code',
      'GH_CLIENT_TOO_BIG',
      file => {
        writeFileSync(file, '{}');
        truncateSync(file, 65 * 1024 * 1024);
      },
    ],
  ];
  it.each(cases)('%s (%s): %s', async (_, client, code, prepare) => {
    using given = scratch();
    const file = given.fileOf(client);
    prepare(file);
    const before = lstatSync(file);
    const folder = readdirSync(dirname(file));
    expect(await failure(given.clients.register(client, ACME))).toBe(code);
    expect(await failure(given.clients.preview(client, ACME))).toBe(code);
    expect(lstatSync(file)).toMatchObject({ mtimeMs: before.mtimeMs, size: before.size, ino: before.ino });
    expect(readdirSync(dirname(file))).toEqual(folder);
    const state = (await given.clients.list()).find(({ id }) => id === client);
    expect(state?.problem).toMatchObject({ code, message: expect.stringContaining(file) });
    expect(await given.ledger.entries()).toEqual([]);
  });

  it('says line and column, and what to do', async () => {
    using given = scratch();
    writeFileSync(given.fileOf('cursor'), '{\n  "a": 1\n  "b": 2\n}');
    await expect(given.clients.register('cursor', ACME)).rejects.toMatchObject({
      message: expect.stringMatching(/^Cursor: .*mcp\.json, line 3, column 3: a comma is expected\.$/),
      hint: expect.stringContaining('Correct the named line'),
    });
  });

  it.each(['file', 'folder', 'folder of a missing file'])('a read-only %s', async what => {
    using given = scratch();
    const file = given.fileOf('cursor');
    if (what !== 'folder of a missing file') writeFileSync(file, TEXT);
    const closed = what === 'file' ? file : dirname(file);
    chmodSync(closed, what === 'file' ? 0o444 : 0o555);
    expect(await failure(given.clients.register('cursor', ACME))).toBe('GH_CLIENT_READ_ONLY');
    chmodSync(closed, 0o755);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : TEXT).toBe(TEXT);
    expect(readdirSync(dirname(file))).toHaveLength(what === 'folder of a missing file' ? 0 : 1);
  });

  it('a file where the folder should be', async () => {
    using given = scratch();
    writeFileSync(join(given.home, '.cursor'), 'x');
    expect(await failure(given.clients.register('cursor', ACME))).toBe('GH_CLIENT_NOT_A_FILE');
  });
});

describe('links, owners, modes', () => {
  it('writes through a link and keeps it', async () => {
    using given = scratch();
    const file = given.fileOf('cursor');
    const real = join(given.home, 'dotfiles', 'mcp.json');
    mkdirSync(dirname(real));
    writeFileSync(real, TEXT);
    symlinkSync('../dotfiles/mcp.json', file);
    const { undo = '' } = await given.clients.register('cursor', ACME);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(serversOf(real)).toEqual(['x', 'dpod-acme']);
    await given.clients.undo(undo);
    expect(readFileSync(real, 'utf8')).toBe(TEXT);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(['mcp.json']);
  });

  it('writes through a folder that is a link, also to a file that is not there yet', async () => {
    using given = scratch();
    mkdirSync(join(given.home, 'dotfiles'));
    symlinkSync('dotfiles', join(given.home, '.cursor'));
    await given.clients.register('cursor', ACME);
    expect(serversOf(join(given.home, 'dotfiles', 'mcp.json'))).toEqual(['dpod-acme']);
    await given.clients.unregister('cursor');
    expect(readdirSync(join(given.home, 'dotfiles'))).toEqual([]);
  });

  it('does not remove a file of ours that a person has since moved away and linked', async () => {
    using given = scratch();
    const file = given.fileOf('cursor');
    const { undo = '' } = await given.clients.register('cursor', ACME);
    const real = join(given.home, 'moved.json');
    renameSync(file, real);
    symlinkSync(real, file);
    expect(await given.clients.undo(undo)).toMatchObject({ exact: false });
    expect(readFileSync(file, 'utf8')).toBe('{}\n');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });

  it('keeps mode and owner', async () => {
    using given = scratch();
    const file = given.fileOf('cursor');
    writeFileSync(file, TEXT);
    chmodSync(file, 0o640);
    if (process.getuid?.() === 0) chownSync(file, 12_345, 23_456);
    const before = statSync(file);
    const { undo = '' } = await given.clients.register('cursor', ACME);
    expect(statSync(file)).toMatchObject({ mode: before.mode, uid: before.uid, gid: before.gid });
    await given.clients.undo(undo);
    expect(statSync(file)).toMatchObject({ mode: before.mode, uid: before.uid, gid: before.gid });
  });

  it('makes files and folders for their owner only, and warns of a second name', async () => {
    using given = scratch();
    const { file } = await given.clients.register('vscode', ACME);
    expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
    for (const copy of readdirSync(given.backups)) expect(statSync(join(given.backups, copy)).mode & 0o077).toBe(0);
    const cursor = given.fileOf('cursor');
    writeFileSync(cursor, TEXT);
    linkSync(cursor, join(given.home, 'second'));
    expect((await given.clients.register('cursor', ACME)).warnings.join()).toContain('hard link');
  });
});

describe('other programs that write the same file', () => {
  const meddling = (op: 'fsyncSync' | 'renameSync', file: () => string, texts: string[]): Disk => ({
    ...nodeDisk,
    [op]: (...args: [never, never]) => {
      const result: unknown = (nodeDisk[op] as (...given: [never, never]) => unknown)(...args);
      const mine = op !== 'renameSync' || args[1] === file();
      const text = mine && existsSync(file()) ? texts.shift() : undefined;
      if (text !== undefined) writeFileSync(file(), text);
      return result;
    },
  });
  const foreign = '{ "mcpServers": { "x": { "command": "x" }, "theirs": {} } }';

  it.each(['fsyncSync', 'renameSync'] as const)('a change in between (%s) is kept and so is ours', async op => {
    let file = '';
    using given = scratch({ disk: meddling(op, () => file, [foreign]) });
    file = given.fileOf('cursor');
    writeFileSync(file, TEXT);
    const { undo = '' } = await given.clients.register('cursor', ACME);
    expect(serversOf(file)).toEqual(['x', 'theirs', 'dpod-acme']);
    await given.clients.undo(undo);
    expect(readFileSync(file, 'utf8')).toBe(foreign);
    expect(readdirSync(dirname(file))).toEqual(['mcp.json']);
  });

  it('a file that never rests is given up, with the last foreign text in it and nothing remembered', async () => {
    let file = '';
    const many = Array.from({ length: 100 }, (_, at) => `{ "n": ${at} }`);
    using given = scratch({ disk: meddling('renameSync', () => file, many) });
    file = given.fileOf('cursor');
    writeFileSync(file, TEXT);
    expect(await failure(given.clients.register('cursor', ACME))).toBe('GH_CLIENT_BUSY');
    expect(readFileSync(file, 'utf8')).toMatch(/^\{ "n": \d+ \}$/);
    expect(await given.ledger.entries()).toEqual([]);
    expect(readdirSync(dirname(file))).toEqual(['mcp.json']);
  });

  it('a client that re-prints the file and keeps our entry is no reason to write again', async () => {
    let file = '';
    const reprinted: string[] = [];
    using given = scratch({ disk: meddling('renameSync', () => file, reprinted) });
    file = given.fileOf('claude-code');
    writeFileSync(file, '{"mcpServers":{}}');
    const { after } = await given.clients.preview('claude-code', ACME);
    reprinted.push(JSON.stringify({ numStartups: 1, ...JSON.parse(after ?? '') }, null, 2));
    const [text] = reprinted;
    await given.clients.register('claude-code', ACME);
    expect(readFileSync(file, 'utf8')).toBe(text);
    await given.clients.unregister('claude-code');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ numStartups: 1, mcpServers: {} });
  });

  it('a file that is open elsewhere is tried again for a while (Windows)', async () => {
    let refusals = 0;
    const busy = (times: number): Disk => ({
      ...nodeDisk,
      renameSync: (from, to) => {
        if (String(to).endsWith('mcp.json') && refusals++ < times) throw Object.assign(new Error(), { code: 'EBUSY' });
        nodeDisk.renameSync(from, to);
      },
    });
    using given = scratch();
    const file = given.fileOf('cursor');
    writeFileSync(file, TEXT);
    expect(await failure(given.again({ disk: busy(100) }).register('cursor', ACME))).toBe('GH_CLIENT_WRITE_FAILED');
    expect([refusals, readFileSync(file, 'utf8'), readdirSync(dirname(file))]).toEqual([6, TEXT, ['mcp.json']]);
    refusals = 0;
    await given.again({ disk: busy(3) }).register('cursor', ACME);
    expect([refusals, serversOf(file)]).toEqual([4, ['x', 'dpod-acme']]);
  });

  it('the lock of the client itself is waited for, respected, and outlived when it is dead', async () => {
    using given = scratch({ patience: { lockMs: 150 } });
    const file = given.fileOf('claude-code');
    writeFileSync(file, '{}');
    mkdirSync(`${file}.lock`);
    expect(await failure(given.clients.register('claude-code', ACME))).toBe('GH_CLIENT_BUSY');
    expect([readFileSync(file, 'utf8'), await given.ledger.entries()]).toEqual(['{}', []]);
    setTimeout(() => rmdirSync(`${file}.lock`), 60);
    const { undo = '' } = await given.clients.register('claude-code', ACME);
    expect(serversOf(file)).toEqual(['dpod-acme']);
    mkdirSync(`${file}.lock`);
    utimesSync(`${file}.lock`, new Date(0), new Date(0));
    await given.clients.undo(undo);
    expect(readdirSync(dirname(file)).filter(name => name.startsWith('.claude.json'))).toEqual(['.claude.json']);
  });

  it.each(['one home', 'two homes'])('two processes of %s register ten connections each at once', async homes => {
    using given = scratch();
    const file = given.fileOf('cursor');
    writeFileSync(file, TEXT);
    const database = join(given.backups, '..', 'state.db');
    openState(database).close();
    const second = join(given.backups, '..', 'second');
    mkdirSync(second);
    const names = (prefix: string): string[] => Array.from({ length: 10 }, (_, at) => `${prefix}/n${at}`);
    const writers = ['a', 'b'].map((prefix, at) =>
      homes === 'one home'
        ? startWriter([given.home, given.backups, database, 'add', 'cursor', ...names(prefix)])
        : startWriter([given.home, at === 0 ? given.backups : second, '', 'add', 'cursor', ...names(prefix)]),
    );
    await Promise.all(writers.map(ready));
    const ended = writers.map(writer => new Promise(resolve => writer.once('exit', resolve)));
    for (const writer of writers) writer.stdin?.write('go\n');
    expect(await Promise.all(ended)).toEqual([0, 0]);
    expect([...serversOf(file)].sort()).toEqual(
      ['x', ...names('a'), ...names('b')].map(name => name.replace('/', '-')).sort(),
    );
    expect(readdirSync(dirname(file))).toEqual(['mcp.json']);
  });
});

describe('a writer that is killed', () => {
  it.each(['cursor', 'vscode'])('leaves the old file or the new one, never a part (%s)', async client => {
    using given = scratch();
    const file = given.fileOf(client);
    const folder = join(given.backups, '..');
    const database = join(folder, 'state.db');
    const key = client === 'cursor' ? 'mcpServers' : 'servers';
    // Large, so that a write takes its time.
    const before = `{\n  "pad": "${'x'.repeat(400_000)}",\n  "${key}": {\n    "x": {}\n  }\n}\n`;
    writeFileSync(file, before);
    const { after } = await given.again({ ledger: memoryLedger() }).preview(client, ACME);
    const seen = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const writer = startWriter([given.home, given.backups, database, 'churn', client, ...ACME]);
      await ready(writer);
      await sleep(Math.random() * 40);
      const gone = new Promise(resolve => writer.once('exit', resolve));
      writer.kill('SIGKILL');
      await gone;
      const text = readFileSync(file, 'utf8');
      expect([before, after].indexOf(text)).not.toBe(-1);
      seen.add(text);
    }
    for (const name of readdirSync(dirname(file))) {
      if (name !== basename(file)) utimesSync(join(dirname(file), name), new Date(0), new Date(0));
    }
    using state = disposable(openState(database));
    const { clients } = { clients: given.again({ ledger: sqliteLedger(state) }) };
    await clients.register(client, ACME);
    await clients.unregister(client);
    expect(readFileSync(file, 'utf8')).toBe(before);
    await clients.register(client, ACME);
    expect(readFileSync(file, 'utf8')).toBe(after);
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
    expect(seen.size).toBeGreaterThan(0);
  });
});

describe('whatever fails on the disk', () => {
  const OPERATIONS = Object.keys(nodeDisk).filter(name => name.endsWith('Sync')) as (keyof Disk)[];
  /** Lets the `at`-th operation fail, counting from 1. */
  const failingAt = (at: number): { readonly disk: Disk; readonly failed: () => string | undefined } => {
    let count = 0;
    let failed: string | undefined;
    const wrap =
      (name: keyof Disk) =>
      (...args: unknown[]): unknown => {
        count += 1;
        const run = nodeDisk[name] as (...given: unknown[]) => unknown;
        if (count !== at) return run(...args);
        failed = name;
        if (name === 'closeSync') run(...args);
        throw Object.assign(new Error('injected'), { code: 'EIO' });
      };
    return {
      disk: { ...nodeDisk, ...Object.fromEntries(OPERATIONS.map(name => [name, wrap(name)])) } as Disk,
      failed: () => failed,
    };
  };
  const tree = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .map(entry => join(entry.parentPath, entry.name))
        .map(path => [path.slice(folder.length), lstatSync(path).isFile() ? readFileSync(path, 'latin1') : '/']),
    );

  const tasks: Readonly<Record<string, { readonly prepare: (given: Scratch) => Promise<string>; readonly run: Task }>> =
    {
      'registering in a file': {
        prepare: async given => {
          writeFileSync(given.fileOf('gemini-cli'), '// mine\n{}\n');
          return '';
        },
        run: clients => clients.register('gemini-cli', ACME),
      },
      'registering where nothing is': {
        prepare: async () => '',
        run: clients => clients.register('vscode', ACME),
      },
      unregistering: {
        prepare: async given => {
          writeFileSync(given.fileOf('cursor'), TEXT);
          await given.clients.register('cursor', ACME);
          return '';
        },
        run: clients => clients.unregister('cursor'),
      },
      'unregistering the only entry of a file of ours': {
        prepare: async given => {
          await given.clients.register('vscode', ACME);
          return '';
        },
        run: clients => clients.unregister('vscode'),
      },
      undoing: {
        prepare: async given => {
          writeFileSync(given.fileOf('cursor'), TEXT);
          return (await given.clients.register('cursor', ACME)).undo ?? '';
        },
        run: (clients, token) => clients.undo(token),
      },
    };
  type Task = (clients: Scratch['clients'], token: string) => Promise<unknown>;

  it.each(Object.keys(tasks))('%s leaves the file as it was, or done, and nothing beside it', async name => {
    const task = tasks[name];
    if (task === undefined) throw new Error(name);
    const failedAt = new Set<string>();
    for (let at = 1; ; at++) {
      using given = scratch();
      const token = await task.prepare(given);
      const before = tree(given.home);
      const ledgerBefore = await given.ledger.entries();
      using other = scratch();
      const otherToken = await task.prepare(other);
      await task.run(other.clients, otherToken);
      const after = tree(other.home);
      const fault = failingAt(at);
      const outcome = await failure(task.run(given.again({ disk: fault.disk }), token));
      if (fault.failed() === undefined) break;
      failedAt.add(fault.failed() ?? '');
      const now = tree(given.home);
      const stripped = (files: Record<string, string>) => Object.entries(files).filter(([, text]) => text !== '/');
      if (typeof outcome === 'string') {
        expect(outcome).toMatch(/^GH_CLIENT_/);
        expect(now, `${fault.failed()} (${at})`).toEqual(before);
        expect(await given.ledger.entries()).toEqual(ledgerBefore);
      } else {
        expect(stripped(now), `${fault.failed()} (${at})`).toEqual(stripped(after));
      }
      // And nothing is lost for good: it works once the disk does.
      await failure(task.run(given.clients, token));
      expect(stripped(tree(given.home)), `again after ${fault.failed()} (${at})`).toEqual(stripped(after));
    }
    expect([...failedAt]).toEqual(expect.arrayContaining(['lstatSync']));
    expect(failedAt.size).toBeGreaterThan(name.includes('only entry') ? 3 : 8);
  });
});

function startWriter(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'writer.fixture.ts'), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { NODE_OPTIONS: '' },
  });
}

function ready(writer: ChildProcess): Promise<unknown> {
  return new Promise(resolve => writer.stdout?.once('data', resolve));
}

function disposable<T extends { close(): void }>(of: T): T & Disposable {
  return Object.assign(of, { [Symbol.dispose]: () => of.close() });
}
