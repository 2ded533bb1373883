import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from './dpod/sandbox/index.ts';

const dist = join(import.meta.dirname, '..', 'dist');
let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-server-'));
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});
const credential = (label = 'SP+AO') => {
  const found = sandbox.credentials.find(one => one.label === label);
  if (found === undefined) throw new Error(label);
  return found;
};
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise(resolve => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)));

describe('under the host', () => {
  const start = async (over: object = {}) => {
    const child = spawn(process.execPath, [join(dist, 'server.js'), 'dpod', '--control-fd', '3'], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: {},
    });
    const control = child.stdio[3] as Duplex;
    const { settings, secrets } = credential();
    const line = {
      type: 'start',
      connection: 'dpod/x',
      uuid: 'u',
      settings,
      secrets,
      readOnly: false,
      presentation: 'grouped',
      stateFolder: folder,
      logLevel: 'info',
      ...over,
    };
    control.write(`${JSON.stringify(line)}\n`);
    const reports: { type: string; id?: number; outcome?: unknown }[] = [];
    createInterface({ input: control }).on('line', text => reports.push(JSON.parse(text) as (typeof reports)[number]));
    const answers: { id?: number; result?: Record<string, unknown> }[] = [];
    createInterface({ input: child.stdout }).on('line', text =>
      answers.push(JSON.parse(text) as (typeof answers)[number]),
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const wait = async <T>(look: () => T | undefined): Promise<T> => {
      for (
        const until = Date.now() + 10_000;
        Date.now() < until;
        await new Promise(resolve => setTimeout(resolve, 5))
      ) {
        const found = look();
        if (found !== undefined) return found;
      }
      throw new Error(`nothing came; stderr: ${stderr}`);
    };
    return { child, control, reports, answers, wait, stderr: () => stderr };
  };

  it('it signs in when tested, answers MCP, and shows its secrets to nobody', async () => {
    const { child, control, reports, answers, wait, stderr } = await start();
    control.write('{"type":"test","id":7}\n');
    expect(await wait(() => reports.find(report => report.type === 'tested'))).toMatchObject({
      id: 7,
      outcome: { ok: true, demo: true },
    });
    expect(reports.some(report => report.type === 'sign-in')).toBe(true);
    child.stdin.write(
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n',
    );
    child.stdin.write(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"manage_scopes","arguments":{"action":"check_auth"}}}\n',
    );
    expect(JSON.stringify(await wait(() => answers.find(answer => answer.id === 2)))).toContain('authenticated');
    const secret = credential().secrets.clientSecret ?? '';
    for (const part of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${child.pid}/${part}`, 'latin1')).not.toContain(secret);
    expect(stderr() + readFileSync(join(folder, 'dpod.log'), 'utf8')).not.toContain(secret);
    control.end();
    expect(await ended(child)).toBe(0);
  });

  it('it ends when stdin does, and when the host is killed', async () => {
    const one = await start();
    one.child.stdin.end();
    expect(await ended(one.child)).toBe(0);
    const two = await start();
    two.control.destroy();
    expect(await ended(two.child)).toBe(0);
  });

  it('a wrong secret is told with what to do, and the server stays', async () => {
    const { child, control, reports, wait } = await start({ secrets: { clientId: 'x', clientSecret: 'wrong-secret' } });
    control.write('{"type":"test","id":1}\n');
    const told = await wait(() => reports.find(report => report.type === 'tested'));
    expect(told.outcome).toMatchObject({ ok: false, code: 'GH_SIGN_IN', hint: expect.any(String) });
    expect(JSON.stringify(told)).not.toContain('wrong-secret');
    expect(child.exitCode).toBeNull();
    control.end();
    await ended(child);
  });
});

describe('on its own', () => {
  const env = (label?: string) => {
    const { settings, secrets } = credential(label);
    return {
      PATH: process.env.PATH ?? '',
      GATEHOUSE_HOME: folder,
      DPOD_CLIENT_ID: secrets.clientId ?? '',
      DPOD_CLIENT_SECRET: secrets.clientSecret ?? '',
      DPOD_BASE_URL: String(settings.baseUrl),
      DPOD_AUTH_URL: String(settings.authUrl),
      DPOD_STATUS_URL: String(settings.statusUrl),
    };
  };
  const launch = (more: string[] = [], extra: Record<string, string> = {}) => ({
    command: process.execPath,
    args: [join(dist, 'gatehouse.js'), 'mcp', 'dpod', ...more],
    env: { ...env(), ...extra },
    stderr: 'ignore' as const,
  });
  const info = { name: 't', version: '1' };
  const services = { name: 'manage_services', arguments: { action: 'list_services', size: 2 } };

  it.each(['v1', 'legacy', 'auto'])('over stdio it serves a %s client: tools, prompts, resources', async kind => {
    const v1 = new ClientV1(info);
    const v2 = new ClientV2(info, { versionNegotiation: { mode: kind === 'auto' ? 'auto' : 'legacy' } });
    if (kind === 'v1') await v1.connect(new StdioV1(launch()));
    else await v2.connect(new StdioV2(launch()));
    const client = kind === 'v1' ? v1 : v2;
    expect((await client.listTools()).tools).toHaveLength(14);
    expect(JSON.stringify(await client.callTool(services))).toContain('instances');
    expect((await client.listPrompts()).prompts).toHaveLength(4);
    const prompt = await client.getPrompt({
      name: 'create_hsm_client',
      arguments: { service_name: 'a', client_name: 'b' },
    });
    expect(JSON.stringify(prompt)).toContain('bind_client');
    expect(JSON.stringify(await client.readResource({ uri: 'dpod://server/status' }))).toContain('State: ready');
    await expect(client.readResource({ uri: 'dpod://nowhere' })).rejects.toThrow();
    await client.close();
  });

  it('progress comes while an export runs, and cancelling ends it', async () => {
    const client = new ClientV2(info, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StdioV2(launch()));
    const day = new Date().toISOString().slice(0, 10);
    const logs = { name: 'manage_audit_logs', arguments: { action: 'get_logs', start_date: day, end_date: day } };
    const steps: number[] = [];
    const result = await client.callTool(logs, { onprogress: ({ progress }) => steps.push(progress) });
    expect(JSON.stringify(result.structuredContent)).toContain('SUCCEEDED');
    expect(steps.at(-1)).toBe(100);
    expect(steps.length).toBeGreaterThan(2);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    await expect(client.callTool(logs, { signal: stop.signal })).rejects.toThrow();
    expect((await client.callTool(services)).isError).not.toBe(true);
    await client.close();
  });

  it.each([
    ['the option', ['--read-only'], {}],
    ['the variable', [], { DPOD_READ_ONLY_MODE: 'true' }],
  ] as const)('read-only by %s leaves reads alone in the enum', async (_how, args, extra) => {
    const client = new ClientV2(info);
    await client.connect(new StdioV2(launch([...args], extra)));
    const { tools } = await client.listTools();
    const shown = JSON.stringify(tools);
    expect(shown).not.toMatch(/delete_service_instance|reset_secret|set_logo/);
    expect(tools.every(tool => tool.annotations?.readOnlyHint === true)).toBe(true);
    const refused = await client.callTool({
      name: 'manage_services',
      arguments: { action: 'bind_client', service_id: 'x', client_name: 'y' },
    });
    expect(refused.structuredContent).toMatchObject({ code: 'GH_READ_ONLY' });
    await client.close();
  });

  it.each([
    ['no API scope', 'none', {}],
    ['a wrong secret', 'AO', { DPOD_CLIENT_SECRET: 'wrong-secret' }],
    ['no secret', 'AO', { DPOD_CLIENT_SECRET: '' }],
  ] as const)('with %s it ends with one reason on stderr and nothing on stdout', async (_what, label, extra) => {
    const child = spawn(process.execPath, launch().args, {
      env: { ...env(label), LOG_LEVEL: 'CRITICAL', ...extra },
      stdio: 'pipe',
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    expect(await ended(child)).not.toBe(0);
    expect(out).toBe('');
    expect(err).toContain('GH_SIGN_IN');
    expect(err).not.toContain('wrong-secret');
  });

  describe('over HTTP', () => {
    let child: ChildProcess;
    let url = '';
    beforeAll(async () => {
      child = spawn(
        process.execPath,
        [...launch(['--transport', 'streamable-http', '--port', '0', '--log-level', 'info']).args],
        { env: env(), stdio: 'pipe' },
      );
      url = await new Promise(resolve => {
        if (child.stderr !== null)
          createInterface({ input: child.stderr }).on('line', line => {
            const { url: told } = JSON.parse(line) as { readonly url?: string };
            if (told !== undefined) resolve(told);
          });
      });
    });
    afterAll(async () => {
      child.kill();
      await ended(child);
    });

    it.each(['v1', 'legacy', 'auto'])('it serves a %s client', async kind => {
      const v1 = new ClientV1(info);
      const v2 = new ClientV2(info, { versionNegotiation: { mode: kind === 'auto' ? 'auto' : 'legacy' } });
      // The SDK's own types disagree about an optional member of its transport.
      if (kind === 'v1') await v1.connect(new HttpV1(new URL(url)) as Parameters<typeof v1.connect>[0]);
      else await v2.connect(new HttpV2(new URL(url)));
      const client = kind === 'v1' ? v1 : v2;
      expect((await client.listTools()).tools).toHaveLength(14);
      expect(JSON.stringify(await client.callTool(services))).toContain('instances');
      await client.close();
    });

    it('it tells its health and tools, and refuses other hosts and origins', async () => {
      const at = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, url), { headers });
      expect(await (await at('/health')).json()).toMatchObject({
        status: 'healthy',
        tools: { count: 14 },
        configuration: { read_only_mode: false },
      });
      expect(((await (await at('/tools')).json()) as { tools: unknown[] }).tools).toHaveLength(14);
      expect((await at('/health', { origin: 'https://evil.test' })).status).toBe(403);
      expect((await at('/nowhere')).status).toBe(404);
    });
  });

  it('the SSE transport of 2024 is refused with what to use', async () => {
    const child = spawn(process.execPath, launch(['--transport', 'sse']).args, { env: env(), stdio: 'pipe' });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    expect(await ended(child)).toBe(1);
    expect(err).toContain('streamable-http');
  });
});
