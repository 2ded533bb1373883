import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it } from 'vitest';
import { startSandbox } from '../mcp/dpod/sandbox/index.ts';
import type { ApprovalView, ClientChangeView } from './contract/index.ts';
import { eventually } from './testing/index.ts';
import { familyOf, filesBelow, installation, processesOf } from './testing/programs.ts';

type ToolResult = { readonly structuredContent?: Record<string, unknown>; readonly isError?: boolean };
const CLIENTS = ['claude-desktop', 'claude-code', 'cursor', 'gemini-cli', 'vscode'];
/** Files that a person had before, each in the style of its program. */
const BEFORE: Readonly<Record<string, string>> = {
  '.config/Claude/claude_desktop_config.json': '{\r\n  "globalShortcut": "Ctrl+Space",\r\n  "mcpServers": {}\r\n}\r\n',
  '.claude.json': '{"numStartups":12,"mcpServers":{"mine":{"command":"true"}}}',
  '.cursor/mcp.json': '{\n\t"mcpServers": {\n\t\t"mine": { "command": "true" }\n\t}\n}',
  '.gemini/settings.json': '{\n  // my theme\n  "theme": "dark"\n}\n',
};

it('from the keychain to the assistant: add, register, read, create, delete, verify, take back; no secret anywhere', {
  timeout: 120_000,
}, async () => {
  await using sandbox = await startSandbox();
  const [credential] = sandbox.credentials;
  if (credential === undefined) throw new Error('no credential');
  const env = (folder: string) => ({
    GATEHOUSE_VAULT: 'passphrase',
    GATEHOUSE_PASSPHRASE_FILE: join(folder, 'passphrase'),
  });
  await using here = installation(env);
  writeFileSync(join(here.folder, 'passphrase'), 'a passphrase for a test');
  for (const [name, text] of Object.entries(BEFORE)) {
    mkdirSync(dirname(join(here.folder, name)), { recursive: true });
    writeFileSync(join(here.folder, name), text);
  }
  const { url } = await here.serve();
  const key = new URL(url).hash.slice('#key='.length);
  const window = async (name: string, input: object = {}): Promise<unknown> => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(new URL(`/api/${name}`, url), {
      method: 'POST',
      headers,
      body: JSON.stringify(input),
    });
    return ((await response.json()) as { readonly result: unknown }).result;
  };

  // --- an account, its secrets on stdin
  const set = Object.entries(credential.settings).flatMap(([name, value]) => ['--set', `${name}=${String(value)}`]);
  const added = await here.run(
    ['connections', 'add', 'dpod', '--name', 'acme', '--secrets-stdin', ...set],
    JSON.stringify(credential.secrets),
  );
  expect(added.json).toMatchObject({ id: 'dpod/acme' });
  expect((await here.run(['connections', 'test', 'dpod/acme'])).json).toMatchObject({
    ok: true,
    scopes: ['dpod.tenant.api_spadmin', 'dpod.tenant.api_appowner'],
  });
  expect((await here.run(['connections', 'list'])).json).toMatchObject([
    { id: 'dpod/acme', state: 'ready', demo: true },
  ]);

  // --- five assistants
  const changes: ClientChangeView[] = [];
  for (const client of CLIENTS) {
    expect((await here.run(['clients', 'preview', client, '--connection', 'dpod/acme'])).json).toMatchObject({
      client,
      diff: expect.stringContaining('+'),
    });
    const done = await here.run(['clients', 'register', client, '--connection', 'dpod/acme']);
    expect([done.status, done.stderr]).toEqual([0, '']);
    changes.push(done.json as ClientChangeView);
  }
  for (const change of changes) {
    const text = readFileSync(change.file, 'utf8');
    expect(text).not.toContain(credential.secrets.clientSecret);
    expect(text).not.toContain(credential.secrets.clientId);
  }
  const entry = (client: string) => {
    const { file } = changes[CLIENTS.indexOf(client)] as ClientChangeView;
    const text = readFileSync(file, 'utf8')
      .replace(/^\s*\/\/.*$/gm, '')
      .replace(/,(\s*[}\]])/g, '$1');
    const { mcpServers } = JSON.parse(text) as { mcpServers: Record<string, { command: string; args: string[] }> };
    const found = Object.entries(mcpServers).find(([name]) => name !== 'mine')?.[1];
    if (found === undefined) throw new Error(`no entry in ${text}`);
    return { command: found.command, args: found.args, env: {}, cwd: '/' };
  };

  // --- the registered commands, both eras at once
  const v1 = new ClientV1({ name: 'story', version: '1' });
  const v2 = new ClientV2({ name: 'story', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await Promise.all([v1.connect(new StdioV1(entry('claude-code'))), v2.connect(new StdioV2(entry('cursor')))]);
  const call = (client: 'one' | 'two', name: string, args: Record<string, unknown>) =>
    (client === 'one'
      ? v1.callTool({ name, arguments: args })
      : v2.callTool({ name, arguments: args })) as Promise<ToolResult>;
  const services = 'manage_services';
  const listed = (await v2.listTools()).tools.find(({ name }) => name === services);
  expect(JSON.stringify(listed?.inputSchema)).toContain('create_service_instance');
  await window('grants.set', { id: 'dpod/acme', client: 'claude-code', effect: 'destructive', verdict: 'hide' });
  const narrowed = (await v1.listTools()).tools.find(({ name }) => name === services);
  expect(JSON.stringify(narrowed)).not.toContain('delete_service_instance');
  expect(JSON.stringify(narrowed)).toContain('create_service_instance');

  const read = await call('one', services, { action: 'list_services', size: 3 });
  expect(read.structuredContent).toMatchObject({ success: true, demo: true });

  const answered = async (answer: (approval: ApprovalView) => Promise<unknown>): Promise<void> => {
    const approval = await eventually(async () => ((await window('approvals.list')) as ApprovalView[])[0]);
    expect(JSON.stringify(approval)).not.toContain('canary');
    await answer(approval);
  };
  const password = 'canary-Passw0rd-9';
  const creating = call('two', services, {
    action: 'create_service_instance',
    name: 'story-ctaas',
    service_type: 'ctaas',
    configuration: { cluster: 'gcp-us-east1', initial_admin_password: password },
  });
  await answered(({ id }) => window('approvals.allow', { id }));
  expect((await creating).structuredContent).toMatchObject({ success: true });
  const deleting = call('two', services, { action: 'delete_service_instance', service_id: 'story-ctaas' });
  await answered(({ id }) => window('approvals.deny', { id, reason: 'we still need it' }));
  expect(JSON.stringify(await deleting)).toContain('we still need it');
  expect(
    (await call('two', services, { action: 'get_service_instance', service_id: 'story-ctaas' })).structuredContent,
  ).toMatchObject({ success: true });
  const credentials = call('two', 'manage_credentials', { action: 'create', name: 'story', role: 'api_appowner' });
  await answered(({ id }) => window('approvals.allow', { id }));
  const made = (await credentials).structuredContent as { readonly credential: { readonly clientSecret: string } };
  const { clientSecret } = made.credential;
  expect(clientSecret.length).toBeGreaterThan(8);

  // --- no secret in any argument or environment of any process
  const canaries = [password, clientSecret, credential.secrets.clientSecret ?? '', 'eyJhbGciOi'];
  const ours = familyOf(here.home);
  expect(ours.length).toBeGreaterThan(3);
  for (const pid of ours) {
    for (const part of ['cmdline', 'environ']) {
      const text = existsSync(`/proc/${pid}/${part}`) ? readOrNothing(`/proc/${pid}/${part}`) : '';
      for (const canary of canaries) expect(text.includes(canary), `${part} of ${pid}`).toBe(false);
    }
  }
  await Promise.all([v1.close(), v2.close()]);

  // --- the history
  const { stdout } = await here.run(['audit', 'list', '--limit', '200']);
  for (const word of [
    'create_service_instance',
    '"decision":"deny"',
    'sign-in',
    'client-registered',
    'secret-set',
    '"demo":true',
  ])
    expect(stdout).toContain(word);
  expect((await here.run(['audit', 'verify'])).json).toMatchObject({ ok: true });

  // --- taken back
  for (const client of CLIENTS) expect((await here.run(['clients', 'unregister', client])).status).toBe(0);
  for (const [name, text] of Object.entries(BEFORE)) expect(readFileSync(join(here.folder, name), 'utf8')).toBe(text);
  expect(existsSync(changes[CLIENTS.indexOf('vscode')]?.file ?? '')).toBe(false);

  await here.run(['stop']);
  await eventually(() => processesOf(here.home).length === 0);
  for (const [file, bytes] of filesBelow(here.folder))
    for (const canary of canaries) expect(bytes.includes(canary), file).toBe(false);
});

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
