import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ServerMessage } from '../kit/control.ts';
import { type RunningServer, startServer } from '../kit/testing-servers.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { variablesOf } from './testing.ts';

let sandbox: Sandbox;
let folder: string;
const running = new Set<ChildProcess>();
const FIXTURE = join(import.meta.dirname, '..', 'standalone.fixture.ts');

beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdp-server-'));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

function credential(label: string) {
  const found = sandbox.credentials.find(one => one.label === label);
  if (found === undefined) throw new Error(`The sandbox has no credential "${label}".`);
  return found;
}

/** With the variables of the original server. */
function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { settings, secrets } = credential('us');
  return {
    PATH: process.env.PATH ?? '',
    NODE_COMPILE_CACHE: join(folder, 'cache'),
    SDP_DATA_CENTER: 'US',
    SDP_BASE_URL: String(settings.baseUrl),
    SDP_INSTANCE_NAME: 'itdesk',
    SDP_PORTAL_NAME: 'anything',
    SDP_ACCOUNTS_URL: String(settings.accountsUrl),
    SDP_OAUTH_CLIENT_ID: secrets.clientId ?? '',
    SDP_OAUTH_CLIENT_SECRET: secrets.clientSecret ?? '',
    SDP_OAUTH_REFRESH_TOKEN: secrets.refreshToken ?? '',
    ...more,
  };
}

function start(args: readonly string[], env: Readonly<Record<string, string>>, channels: readonly 'pipe'[] = []) {
  const child = spawn(process.execPath, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe', ...channels] });
  running.add(child);
  const said = { err: '' };
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', chunk => {
    said.err += chunk;
  });
  const ended = new Promise<number | null>(resolve =>
    child.once('close', code => {
      running.delete(child);
      resolve(code);
    }),
  );
  return { child, said, ended };
}

const options = (more: object = {}): string => JSON.stringify({ backend: 'sdp', stateFolder: folder, ...more });

describe('the server on its own', () => {
  it('speaks stdio with the variables of the original, completes choices, and shows twenty tools', async () => {
    const client = new Client({ name: 'test', version: '1' });
    const command = {
      command: process.execPath,
      args: [FIXTURE, options()],
      env: environment(),
      stderr: 'ignore' as const,
    };
    await client.connect(new StdioClientTransport(command));
    expect((await client.listTools()).tools).toHaveLength(20);
    const result = await client.callTool({ name: 'requests', arguments: { action: 'list_requests', limit: 2 } });
    expect(result.structuredContent).toMatchObject({ success: true, demo: true, returned: 2 });
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'triage' },
      argument: { name: 'group', value: 'net' },
    });
    expect(completion.values).toEqual(['Network']);
    await client.close();
  });

  it('speaks HTTP, flat when told to, and narrows what is shown to the scopes that were declared', async () => {
    const env = environment({
      GATEHOUSE_PRESENTATION: 'flat',
      SDP_SCOPES: 'SDPOnDemand.requests.READ,SDPOnDemand.setup.READ',
      SDP_OAUTH_REFRESH_TOKEN: credential('us-reader').secrets.refreshToken ?? '',
    });
    const server = start([FIXTURE, options({ transport: 'streamable-http' })], env);
    const url = await new Promise<string>(resolve =>
      server.child.stderr.on('data', () => {
        const found = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(server.said.err)?.[0];
        if (found !== undefined) resolve(found);
      }),
    );
    expect(server.said.err).toContain('SDP_PORTAL_NAME has no effect');
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['list_requests', 'get_metadata', 'get_tenant']));
    expect(names.filter(name => /^(create|update|delete)_|problem/.test(name))).toEqual([]);
    await client.close();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const log = readFileSync(join(folder, 'logs', 'sdp.log'), 'utf8');
    for (const secret of Object.values(credential('us-reader').secrets).filter(value => !value.startsWith('1000.DEMO')))
      expect(`${log}${server.said.err}`).not.toContain(secret);
  });

  it.each([
    [{ SDP_OAUTH_CLIENT_SECRET: 'wrong-secret-wrong' }, 'invalid_client'],
    [{ SDP_OAUTH_REFRESH_TOKEN: '' }, 'no refresh token and no code'],
    [{ SDP_INSTANCE_NAME: 'elsewhere' }, 'does not let this user in'],
    [{ SDP_ACCOUNTS_URL: 'https://accounts.example' }, 'no accounts host of Zoho'],
  ])('ends with one reason for %j', async (env, reason) => {
    const server = start([FIXTURE, options()], environment(env));
    expect(await server.ended).toBe(1);
    expect(server.said.err.trim().split('\n')).toEqual([expect.stringContaining(reason)]);
  });
});

describe('servers in one home', () => {
  it('keep what was asked and the pace of each tenant apart, over restarts, and touch no file of the host', async () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'audit.db'), 'the history of the host');
    const begin = (name: 'us' | 'eu') => startServer({ backend: 'sdp', stateFolder: home }, variablesOf(sandbox, name));
    const asked = async (server: RunningServer) => {
      const { items } = await server.call('connection', { action: 'get_audit_log' });
      const { windows } = await server.call('connection', { action: 'get_rate_limit_status' });
      return [(items as object[]).length, (windows as { used: number }[])[2]?.used];
    };
    {
      await using us = await begin('us');
      for (let n = 0; n < 2; n++) await us.call('requests', { action: 'list_requests', limit: 1 });
      // The token and its trial are in the pace alone.
      expect(await asked(us)).toEqual([2, 4]);
    }
    await using eu = await begin('eu');
    expect(await asked(eu)).toEqual([0, 2]);
    await using again = await begin('us');
    expect(await asked(again)).toEqual([2, 6]);
    expect(readFileSync(join(home, 'audit.db'), 'utf8')).toBe('the history of the host');
    const made = readdirSync(home).filter(name => name.endsWith('.db') && name !== 'audit.db');
    expect(made.map(name => statSync(join(home, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
  });
});

describe('the server under the host', () => {
  it('hands a new refresh token to the vault at once, and revokes it when the connection is removed', async () => {
    const server = start([join(import.meta.dirname, '..', 'server.ts'), 'sdp', '--control-fd', '3'], environment(), [
      'pipe',
    ]);
    const control = server.child.stdio[3];
    if (!(control instanceof Duplex)) throw new Error('There is no control channel.');
    control.on('error', () => undefined);
    const reports: ServerMessage[] = [];
    const tested = new Promise<void>(resolve =>
      createInterface({ input: control }).on('line', line => {
        const message = JSON.parse(line) as ServerMessage;
        reports.push(message);
        if (message.type === 'tested') resolve();
      }),
    );
    const { settings, secrets } = credential('eu-code');
    const first = {
      type: 'start',
      connection: 'sdp/test',
      uuid: '5b0c7f1e-2a64-4c0f-9d53-0e6a1b7c8d91',
      settings,
      secrets,
      readOnly: false,
      presentation: 'grouped',
      stateFolder: folder,
      logLevel: 'info',
    };
    control.write(`${JSON.stringify(first)}\n${JSON.stringify({ type: 'test', id: 1 })}\n`);
    await tested;
    expect(reports.map(report => (report.type === 'store-secret' ? report.field : report.type))).toEqual([
      'grantCode',
      'refreshToken',
      'accessToken',
      'sign-in',
      'tested',
    ]);
    expect(reports.at(-1)).toMatchObject({ outcome: { ok: true, identity: 'helpdesk (EU)', demo: true } });
    const kept = reports.flatMap(report => (report.type === 'store-secret' ? [report.value] : []))[1];
    expect(sandbox.eu.accounts.refreshTokens).toContain(kept);
    control.write(`${JSON.stringify({ type: 'retire' })}\n`);
    await vi.waitFor(() => expect(reports.at(-1)).toEqual({ type: 'retired', done: true }), { timeout: 5_000 });
    expect(sandbox.eu.accounts.refreshTokens).not.toContain(kept);
    control.destroy();
    await server.ended;
  });
});
