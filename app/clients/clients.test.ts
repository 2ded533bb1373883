import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryNames } from './entry-name.ts';
import { definition, LAUNCHER, type Scratch, scratch } from './scratch.fixture.ts';

const TEXT = '{\n  "mcpServers": {\n    "x": {\n      "command": "x"\n    }\n  }\n}\n';
const MOVED = { command: '/opt/gatehouse-2/node', args: ['/opt/gatehouse-2/bridge.js', '--home', '/h'] };

const cursorWith = (given: Scratch, text: string): string => {
  const file = given.fileOf('cursor');
  writeFileSync(file, text);
  return file;
};
const serversOf = (file: string): Record<string, Record<string, unknown>> =>
  (JSON.parse(readFileSync(file, 'utf8')) as { readonly mcpServers: Record<string, Record<string, unknown>> })
    .mcpServers;
const edit = (file: string, from: string, to: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

describe('registering', () => {
  it('twice changes nothing, not even the modification time', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['dpod/acme']);
    utimesSync(file, new Date(1_000_000), new Date(1_000_000));
    const before = statSync(file);
    const again = await given.clients.register('cursor', ['dpod/acme', 'dpod/acme']);
    expect(again).toMatchObject({ diff: '', before: again.after, changes: [{ kind: 'keep' }] });
    expect(again).not.toHaveProperty('undo');
    expect(statSync(file)).toMatchObject({ mtimeMs: before.mtimeMs, ino: before.ino });
  });

  it('previews to the letter what it then does', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    const preview = await given.clients.preview('cursor', ['dpod/acme']);
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
    expect(readdirSync(given.backups)).toEqual([]);
    const { undo, ...change } = await given.clients.register('cursor', ['dpod/acme']);
    expect(change).toEqual(preview);
    expect(readFileSync(file, 'utf8')).toBe(preview.after);
    expect(preview.diff).toContain(`--- ${file}\n+++ ${file}\n@@ -2,6 +2,17 @@\n`);
    expect(preview.diff.match(/^-(?!--)/gm)).toBeNull();
    const back = await given.clients.preview('cursor', [], { remove: true });
    expect([back.before, back.after]).toEqual([preview.after, TEXT]);
  });

  it('takes another name when a server of somebody else has it, and says so when both are taken', async () => {
    using given = scratch();
    const file = cursorWith(given, '{ "mcpServers": { "dpod-acme": { "command": "theirs" } } }');
    const { changes } = await given.clients.register('cursor', ['dpod/acme']);
    expect(changes).toEqual([{ connection: 'dpod/acme', name: 'dpod-acme-8dd8', kind: 'add' }]);
    expect(serversOf(file)['dpod-acme']).toEqual({ command: 'theirs' });
    const both = JSON.stringify({ mcpServers: Object.fromEntries(entryNames('sdp/x').map(name => [name, 1])) });
    cursorWith(given, both);
    const taken = await given.clients.register('cursor', ['sdp/x']).catch(codeOf);
    expect([taken, readFileSync(file, 'utf8')]).toEqual(['GH_CLIENT_NAME_TAKEN', both]);
  });

  it('keeps the name of an entry when the connection is called differently, and what others added to it', async () => {
    const labels: Record<string, string> = { u1: 'dpod/acme' };
    using given = scratch({ labelOf: connection => labels[connection] });
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['u1']);
    edit(file, '"--client",', '"--client",'.padEnd(12));
    edit(file, '"command": "/opt/gatehouse/node",', '"disabled": true,\n      "command": "/opt/gatehouse/node",');
    labels.u1 = 'dpod/other';
    const { changes } = await given.again({ launcher: MOVED }).register('cursor', ['u1']);
    expect(changes).toEqual([{ connection: 'u1', name: 'dpod-acme', kind: 'update' }]);
    expect(serversOf(file)['dpod-acme']).toEqual({
      disabled: true,
      command: MOVED.command,
      args: [...MOVED.args, 'u1', '--client', 'cursor'],
    });
  });

  it('gives the name of a removed connection to its successor', async () => {
    const labels: Record<string, string> = { u1: 'dpod/acme' };
    using given = scratch({ labelOf: connection => labels[connection] });
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['u1']);
    delete labels.u1;
    labels.u2 = 'dpod/acme';
    await given.clients.register('cursor', ['u2']);
    expect(Object.keys(serversOf(file))).toEqual(['x', 'dpod-acme']);
    expect(serversOf(file)['dpod-acme']?.args).toContain('u2');
    expect((await given.ledger.entries()).map(({ connection }) => connection)).toEqual(['u2']);
  });

  it('recognises its own entry when the ledger was lost', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['dpod/acme']);
    using other = scratch({ homeFolder: given.home });
    expect(await other.clients.register('cursor', ['dpod/acme'])).toMatchObject({ changes: [{ kind: 'keep' }] });
    await other.clients.unregister('cursor');
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
  });

  it('does not overwrite an entry that somebody changed, unless forced', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['dpod/acme']);
    edit(file, '/opt/gatehouse/node', '/their/wrapper');
    const changed = readFileSync(file, 'utf8');
    for (const work of [
      given.clients.register('cursor', ['dpod/acme']),
      given.clients.preview('cursor', ['dpod/acme']),
      given.clients.unregister('cursor'),
    ]) {
      expect(await work.catch(codeOf)).toBe('GH_CLIENT_ENTRY_CHANGED');
    }
    expect(readFileSync(file, 'utf8')).toBe(changed);
    await given.clients.register('cursor', ['dpod/acme'], { force: true });
    expect(serversOf(file)['dpod-acme']?.command).toBe(LAUNCHER.command);
    edit(file, '/opt/gatehouse/node', '/their/wrapper');
    await given.clients.unregister('cursor', undefined, { force: true });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(TEXT));
  });

  it('refuses values that the assistant would replace, and warns where nobody knows', async () => {
    using given = scratch({ launcher: { command: '/home/$USER/node', args: [`/x/\${y}/bridge.js`] } });
    for (const client of ['claude-code', 'cursor', 'gemini-cli', 'vscode']) {
      expect(await given.clients.register(client, ['dpod/acme']).catch(codeOf)).toBe('GH_CLIENT_UNSAFE_VALUE');
      expect(() => given.clients.link('cursor', 'dpod/acme')).toThrow('would be changed');
    }
    expect((await given.clients.register('claude-desktop', ['dpod/acme'])).warnings.join('\n')).toContain('$USER');
    using percent = scratch({ launcher: { command: 'C:\\%x%\\node.exe', args: [] } });
    expect(await percent.clients.register('gemini-cli', ['a/b']).catch(codeOf)).toBe('GH_CLIENT_UNSAFE_VALUE');
  });

  it('writes paths with blanks, quotes and letters of any language as they are', async () => {
    const launcher = { command: '/Users/José "J"/Gate house.app/node', args: ['C:\\Benutzer\\Jörg\\bridge.js'] };
    using given = scratch({ launcher });
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['dpod/acme']);
    expect(serversOf(file)['dpod-acme']).toEqual({
      command: launcher.command,
      args: [...launcher.args, 'dpod/acme', '--client', 'cursor'],
    });
  });

  it('warns of names and numbers of tools that the assistant does not take, and of fleeting programs', async () => {
    const tools = ['short', 'a'.repeat(56), ...Array.from({ length: 39 }, (_, at) => `t${at}`)];
    using given = scratch({
      toolsOf: () => tools,
      launcher: { command: '/tmp/.mount_Gateho/node', args: ['/Volumes/Gatehouse/bridge.js'] },
    });
    const { warnings } = await given.clients.preview('cursor', ['dpod/acme']);
    expect(warnings).toEqual([
      expect.stringContaining('Cursor was not found on this computer'),
      expect.stringContaining('/tmp/.mount_Gateho/node is in a place that does not last'),
      expect.stringContaining('/Volumes/Gatehouse/bridge.js is in a place'),
      expect.stringMatching(
        /^1 tools of "dpod-acme" have full names of more than 60 characters; Cursor leaves them out/,
      ),
      expect.stringContaining('may offer only 40 tools over all servers; those of Gatehouse alone are 41'),
    ]);
    const gemini = await given.clients.preview('gemini-cli', ['dpod/acme']);
    expect(gemini.warnings.join('\n')).toContain('Gemini CLI cuts them');
  });

  it('does not know assistants that it does not know', async () => {
    using given = scratch();
    await expect(given.clients.register('netscape', ['a/b'])).rejects.toMatchObject({
      code: 'GH_NOT_FOUND',
      hint: expect.stringContaining('claude-desktop, claude-code, cursor'),
    });
  });
});

describe('unregistering', () => {
  it('gives the first bytes back after several changes of ours', async () => {
    using given = scratch();
    const file = cursorWith(given, '  \r\n');
    await given.clients.register('cursor', ['a/b']);
    await given.clients.register('cursor', ['c/d', 'e/f']);
    await given.clients.unregister('cursor', ['a/b']);
    await given.again({ launcher: MOVED }).heal();
    expect(Object.keys(serversOf(file))).toEqual(['c-d', 'e-f']);
    await given.clients.unregister('cursor', ['c/d', 'e/f', 'not/registered']);
    expect(readFileSync(file, 'utf8')).toBe('  \r\n');
  });

  it('keeps what others wrote meanwhile', async () => {
    using given = scratch();
    const { file } = await given.clients.register('cursor', ['a/b']);
    edit(file, '{\n', '{\n  "theirs": 1,\n');
    await given.clients.register('cursor', ['c/d']);
    const { undo = '' } = await given.clients.unregister('cursor');
    expect(readFileSync(file, 'utf8')).toBe('{\n  "theirs": 1\n}\n');
    await given.clients.undo(undo);
    expect(Object.keys(serversOf(file))).toEqual(['a-b', 'c-d']);
  });

  it('keeps a comment that a person put where our entry stood alone', async () => {
    using given = scratch();
    const { file } = await given.clients.register('vscode', ['a/b']);
    edit(file, '"servers": {\n', '"servers": {\n    // note to self\n');
    await given.clients.unregister('vscode');
    expect(readFileSync(file, 'utf8')).toBe('{\n  "servers": {\n    // note to self\n  }\n}\n');
  });

  it('says what goes with an entry to which somebody had added', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['a/b']);
    edit(file, '"command": "/opt', '"env": {}, "command": "/opt');
    const { warnings, undo = '' } = await given.clients.unregister('cursor');
    expect(warnings).toEqual(['The entry "a-b" goes with what somebody added to it: env.']);
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
    await given.clients.undo(undo);
    expect(serversOf(file)['a-b']).toMatchObject({ env: {} });
  });

  it('forgets entries that are gone, without a write', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['a/b']);
    writeFileSync(file, TEXT);
    const before = statSync(file);
    expect(await given.clients.unregister('cursor')).toMatchObject({ diff: '', changes: [] });
    expect(statSync(file).mtimeMs).toBe(before.mtimeMs);
    expect(await given.ledger.entries()).toEqual([]);
    await given.clients.register('vscode', ['a/b']);
    rmSync(given.fileOf('vscode'));
    expect(await given.clients.unregister('vscode')).toMatchObject({ before: null, after: null });
    expect(await given.ledger.entries()).toEqual([]);
  });

  it('finds the entries in the former file when the client has moved to another', async () => {
    using given = scratch();
    const file = given.fileOf('claude-code');
    writeFileSync(file, TEXT);
    await given.clients.register('claude-code', ['a/b']);
    const moved = given.again({ env: { CLAUDE_CONFIG_DIR: join(given.home, 'elsewhere') } });
    const [state] = (await moved.list()).filter(({ id }) => id === 'claude-code');
    expect(state).toMatchObject({ because: 'CLAUDE_CONFIG_DIR is set', entries: [{ file, state: 'ok' }] });
    expect(await moved.unregister('claude-code')).toMatchObject({ file });
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
  });
});

describe('undoing', () => {
  it('goes back step by step, byte for byte', async () => {
    using given = scratch();
    const texts = ['\u{feff}{\r\n\t"mcpServers" : { }\r\n}'];
    const file = cursorWith(given, texts[0] ?? '');
    const tokens: string[] = [];
    for (const connections of [['a/b'], ['c/d'], ['e/f', 'a/b']]) {
      tokens.push((await given.clients.register('cursor', connections)).undo ?? '');
      texts.push(readFileSync(file, 'utf8'));
    }
    tokens.push((await given.clients.unregister('cursor', ['c/d'])).undo ?? '');
    for (const token of tokens.reverse()) {
      expect(await given.clients.undo(token)).toMatchObject({ exact: true, client: 'cursor', file });
      expect(readFileSync(file, 'utf8')).toBe(texts.pop());
      await expect(given.clients.undo(token)).rejects.toMatchObject({ code: 'GH_CLIENT_UNDO_GONE' });
    }
    expect(await given.ledger.entries()).toEqual([]);
  });

  it('of an earlier change leaves later ones', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    const { undo = '' } = await given.clients.register('cursor', ['a/b']);
    await given.clients.register('cursor', ['c/d']);
    expect(await given.clients.undo(undo)).toMatchObject({ exact: false, changes: [{ name: 'a-b', kind: 'remove' }] });
    expect(Object.keys(serversOf(file))).toEqual(['x', 'c-d']);
    await given.clients.unregister('cursor');
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
  });

  it('in a file that others changed puts back only our entries, and none that were changed too', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    const { undo = '' } = await given.clients.register('cursor', ['a/b']);
    edit(file, '"x": {', '"theirs": {},\n    "x": {');
    const theirs = readFileSync(file, 'utf8');
    edit(file, '/opt/gatehouse/node', '/other');
    await expect(given.clients.undo(undo)).rejects.toMatchObject({ code: 'GH_CLIENT_ENTRY_CHANGED' });
    writeFileSync(file, theirs);
    expect(await given.clients.undo(undo)).toMatchObject({ exact: false, note: expect.stringContaining('Somebody') });
    expect(readFileSync(file, 'utf8')).toBe(TEXT.replace('"x": {', '"theirs": {},\n    "x": {'));
  });

  it('of unregistering brings the file back, even one that is gone, or the entries alone', async () => {
    using given = scratch();
    const { file, after } = await given.clients.register('vscode', ['a/b']);
    const { undo = '' } = await given.clients.unregister('vscode');
    await given.clients.undo(undo);
    expect(readFileSync(file, 'utf8')).toBe(after);
    const { undo: second = '' } = await given.clients.unregister('vscode');
    writeFileSync(given.fileOf('vscode'), '{ "inputs": [] }');
    expect(await given.clients.undo(second)).toMatchObject({ exact: false });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ inputs: [], servers: { 'a-b': {} } });
    await given.clients.unregister('vscode');
    expect(readFileSync(file, 'utf8')).toBe('{ "inputs": [] }');
  });

  it('works by entry when the copy is gone, and the copies are bounded', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    const { undo = '' } = await given.clients.register('cursor', ['a/b']);
    for (let round = 0; round < 30; round++) {
      await given.clients.register('cursor', [`c/n${round}`]);
    }
    const copies = readdirSync(given.backups).filter(name => name.endsWith('.copy'));
    expect(copies.length).toBeLessThanOrEqual(21);
    await given.clients.unregister('cursor');
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
    await given.clients.register('cursor', ['a/b']);
    for (const name of copies) rmSync(join(given.backups, name), { force: true });
    await given.clients.undo(undo);
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
  });
});

describe('healing', () => {
  it('corrects entries whose launcher has moved, tells of the others, and can be undone', async () => {
    using given = scratch();
    const file = cursorWith(given, TEXT);
    await given.clients.register('cursor', ['a/b', 'c/d', 'e/f']);
    await given.clients.register('vscode', ['a/b']);
    expect(await given.clients.heal()).toEqual([]);
    const servers = serversOf(file);
    const { 'c-d': _, ...rest } = servers;
    writeFileSync(
      file,
      JSON.stringify(
        { mcpServers: { ...rest, 'e-f': { command: 'theirs' }, 'a-b': { ...rest['a-b'], env: {} } } },
        null,
        2,
      ),
    );
    const before = readFileSync(file, 'utf8');
    const moved = given.again({ launcher: MOVED });
    const states = (await moved.list()).flatMap(({ entries }) => entries.map(({ name, state }) => [name, state]));
    expect(states).toEqual([
      ['a-b', 'moved'],
      ['c-d', 'missing'],
      ['e-f', 'changed'],
      ['a-b', 'moved'],
    ]);
    const [cursor, vscode] = await moved.heal();
    expect(cursor).toMatchObject({ client: 'cursor', healed: ['a-b'], missing: ['c-d'], changed: ['e-f'] });
    expect(vscode).toMatchObject({ client: 'vscode', healed: ['a-b'], missing: [], changed: [] });
    expect(serversOf(file)['a-b']).toEqual({
      command: MOVED.command,
      args: [...MOVED.args, 'a/b', '--client', 'cursor'],
      env: {},
    });
    await moved.undo(cursor?.undo ?? '');
    expect(readFileSync(file, 'utf8')).toBe(before);
    const [restored] = await moved.heal({ restore: true });
    expect(restored).toMatchObject({ healed: ['a-b', 'c-d'], missing: [], changed: ['e-f'] });
  });

  it('reports a file that it cannot read and goes on with the next', async () => {
    using given = scratch();
    const { file } = await given.clients.register('cursor', ['a/b']);
    await given.clients.register('vscode', ['a/b']);
    writeFileSync(file, '{');
    const reports = await given.again({ launcher: MOVED }).heal();
    expect(reports).toMatchObject([
      { client: 'cursor', healed: [], problem: { code: 'GH_CLIENT_UNPARSABLE' } },
      { client: 'vscode', healed: ['a-b'], problem: null },
    ]);
    expect(readFileSync(file, 'utf8')).toBe('{');
    const [unreadable] = (await given.clients.list()).filter(({ id }) => id === 'cursor');
    expect(unreadable?.entries).toMatchObject([{ state: 'unknown' }]);
  });
});

describe('listing', () => {
  it('tells programs from leftovers, ours from theirs', async () => {
    using given = scratch();
    cursorWith(given, TEXT);
    await given.clients.register('cursor', ['a/b']);
    const states = await given.clients.list();
    expect(states.map(({ id, installed }) => [id, installed])).toEqual([
      ['claude-desktop', 'no'],
      ['claude-code', 'no'],
      ['cursor', 'leftovers'],
      ['gemini-cli', 'no'],
      ['vscode', 'no'],
      ['vscode-insiders', 'no'],
    ]);
    expect(states[2]).toMatchObject({
      entries: [{ connection: 'a/b', name: 'a-b', state: 'ok' }],
      otherNames: ['x'],
      problem: null,
      canLink: true,
      canBundle: false,
    });
    writeFileSync(join(given.home, 'gemini'), '');
    const [gemini] = (await given.again({ env: { PATH: given.home } }).list()).filter(({ id }) => id === 'gemini-cli');
    expect(gemini).toMatchObject({ installed: 'yes', evidence: [`${join(given.home, 'gemini')} is in PATH`] });
    expect(definition('gemini-cli').title).toBe(gemini?.title);
  });
});
