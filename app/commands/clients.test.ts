import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientChangeView, ClientView } from '../contract/index.ts';
import { fixture, runtime } from '../testing/index.ts';
import { filesBelow, type Installation, installation } from '../testing/programs.ts';

let here: Installation;
beforeAll(() => {
  here = installation(() => ({ XDG_CONFIG_HOME: '', CLAUDE_CONFIG_DIR: '' }));
});
afterAll(() => here[Symbol.asyncDispose]());

const CLIENTS = ['claude-desktop', 'claude-code', 'cursor', 'gemini-cli', 'vscode'] as const;
const ORIGINALS: Readonly<Record<string, string>> = {
  '.claude.json': '{\n  "numStartups": 7,\n  "mcpServers": {}\n}\n',
  '.cursor/mcp.json': '\u{feff}{\r\n\t"mcpServers": {\r\n\t\t"x": { "command": "x" }\r\n\t}\r\n}',
  '.gemini/settings.json': '{\n  // mine\n  "theme": "Light"\n}\n',
  '.config/Code/User/mcp.json': '{\n  "servers": {\n    "y": { "url": "https://example.com/mcp", }, // y\n  },\n}\n',
};

const run = (...args: string[]) => here.run(args);
const changeOf = async (...args: string[]): Promise<ClientChangeView> => {
  const { status, stderr, json } = await run('clients', ...args);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return json as ClientChangeView;
};
/** Files of clients in the scratch home: everything but Gatehouse's own home. */
const filesOfClients = (): Record<string, string> =>
  Object.fromEntries(
    [...filesBelow(here.folder)]
      .filter(([file]) => !file.startsWith(here.home))
      .map(([file, bytes]) => [file.slice(here.folder.length + 1), bytes.toString('latin1')]),
  );

describe('assistants by command line', { timeout: 60_000 }, () => {
  it('five are registered, listed, one is undone, the others unregistered: every file is as it was', async () => {
    for (const [file, text] of Object.entries(ORIGINALS)) {
      mkdirSync(dirname(join(here.folder, file)), { recursive: true });
      writeFileSync(join(here.folder, file), text);
    }
    const start = filesOfClients();
    const echo = ['--set', `command=${runtime.node}`, '--set', `args=["${fixture('raw-server')}","legacy"]`];
    expect((await run('connections', 'add', 'custom', '--name', 'echo', ...echo)).status).toBe(0);

    const preview = await changeOf('preview', 'cursor', '--connection', 'custom/echo');
    expect(filesOfClients()).toEqual(start);
    expect(Object.keys(preview)).toEqual(expect.arrayContaining(['client', 'file', 'before', 'after', 'diff']));
    expect(preview).not.toHaveProperty('undo');
    expect(existsSync(join(here.home, 'keys', 'client-cursor.key'))).toBe(false);

    const undo: Record<string, string> = {};
    for (const client of CLIENTS) {
      const change = await changeOf('register', client, '--connection', 'custom/echo');
      expect(readFileSync(change.file, 'utf8').replace(/^\u{feff}/u, '')).toBe(change.after);
      expect(change.diff).toContain('+');
      undo[client] = change.undo ?? '';
      expect(undo[client]).toMatch(/^[0-9a-f]{16}$/);
      const again = await changeOf('register', client, '--connection', 'custom/echo');
      expect([again.diff, again.undo]).toEqual(['', undefined]);
    }
    const listed = (await run('clients', 'list')).json as readonly ClientView[];
    for (const client of CLIENTS) {
      expect(listed.find(({ id }) => id === client)).toMatchObject({
        keyed: true,
        problem: null,
        entries: [{ connection: 'custom/echo', name: 'custom-echo', state: 'ok' }],
      });
    }

    expect((await run('clients', 'undo', undo.cursor ?? '')).json).toMatchObject({ client: 'cursor', exact: true });
    for (const client of CLIENTS.slice(0, 2)) await changeOf('unregister', client);
    await changeOf('unregister', 'gemini-cli', '--connection', 'custom/echo');
    expect((await run('clients', 'undo', undo.vscode ?? '')).status).toBe(0);
    expect(filesOfClients()).toEqual(start);
    const twice = await run('clients', 'undo', undo.vscode ?? '');
    expect(JSON.parse(twice.stderr)).toMatchObject({ error: { code: 'GH_CLIENT_UNDO_GONE' } });

    const after = (await run('clients', 'list')).json as readonly ClientView[];
    expect(after.flatMap(({ entries, keyed }) => [...entries, ...(keyed ? ['keyed'] : [])])).toEqual([]);
    const history = await run('audit', 'list', '--limit', '200');
    const kinds = history.stdout
      .trim()
      .split('\n')
      .map(
        line => JSON.parse(line) as { readonly kind: string; readonly client?: string; readonly connection?: string },
      )
      .filter(({ kind }) => kind.startsWith('client-'));
    expect(kinds.filter(({ kind }) => kind === 'client-registered')).toHaveLength(5);
    expect(kinds.filter(({ kind }) => kind === 'client-unregistered')).toHaveLength(5);
    for (const { connection } of kinds) expect(connection).toBe('custom/echo');
  });

  it('the entry that was written starts a bridge that answers, even after the connection got another name', async () => {
    const { file, after } = await changeOf('register', 'claude-code', '--connection', 'custom/echo');
    expect((await run('connections', 'edit', 'custom/echo', '--name', 'renamed')).status).toBe(0);
    const { mcpServers } = JSON.parse(after ?? '') as {
      readonly mcpServers: Record<string, { readonly command: string; readonly args: readonly string[] }>;
    };
    const entry = mcpServers['custom-echo'];
    const { spawn } = await import('node:child_process');
    const bridge = spawn(entry?.command ?? '', entry?.args ?? [], { env: {}, cwd: '/', stdio: 'pipe' });
    const answer = new Promise<string>(resolve => bridge.stdout.once('data', bytes => resolve(String(bytes))));
    bridge.stdin.write(
      `${JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      })}\n`,
    );
    expect(JSON.parse(await answer)).toMatchObject({ id: 1, result: { serverInfo: {} } });
    bridge.stdin.end();
    await new Promise(resolve => bridge.once('close', resolve));

    const listed = (await run('clients', 'list')).json as readonly ClientView[];
    expect(listed.find(({ id }) => id === 'claude-code')?.entries).toEqual([
      { connection: 'custom/renamed', name: 'custom-echo', state: 'ok' },
    ]);
    writeFileSync(file, readFileSync(file, 'utf8').replace(entry?.command ?? '', '/somewhere/else'));
    const refused = await run('clients', 'unregister', 'claude-code');
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'GH_CLIENT_ENTRY_CHANGED' } });
    await changeOf('unregister', 'claude-code', '--force');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ numStartups: 7, mcpServers: {} });
  });

  it('a link and a bundle carry no secret, and the bundle is what it says', async () => {
    const { json } = await run('clients', 'link', 'cursor', '--connection', 'custom/renamed');
    expect(JSON.stringify(json)).toContain(
      'cursor://anysphere.cursor-deeplink/mcp/install?name=custom-renamed&config=',
    );
    const file = join(here.folder, 'echo.mcpb');
    expect((await run('clients', 'bundle', file, '--connection', 'custom/renamed')).json).toEqual({ file });
    const key = readFileSync(join(here.home, 'keys', 'client-claude-desktop.key'), 'utf8').trim();
    expect(readFileSync(file).includes(key)).toBe(false);
    expect(readFileSync(file).subarray(0, 2).toString()).toBe('PK');
  });

  it('an unknown assistant and an unknown connection are errors, and no key is made', async () => {
    for (const args of [
      ['register', 'netscape', '--connection', 'custom/renamed'],
      ['register', 'vscode-insiders', '--connection', 'custom/none'],
    ]) {
      const { status, stderr } = await run('clients', ...args);
      expect([status, JSON.parse(stderr)]).toMatchObject([1, { error: { code: 'GH_NOT_FOUND' } }]);
    }
    expect(existsSync(join(here.home, 'keys', 'client-netscape.key'))).toBe(false);
    expect(existsSync(join(here.home, 'keys', 'client-vscode-insiders.key'))).toBe(false);
  });
});
