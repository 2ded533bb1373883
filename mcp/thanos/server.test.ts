import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/testing-servers.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { environmentOf } from './testing.ts';

let sandbox: Sandbox;
let folder: string;
const FIXTURE = join(import.meta.dirname, '..', 'standalone.fixture.ts');
const options = () => ({ backend: 'thanos', stateFolder: folder });

beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-thanos-server-'));
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the server on its own', () => {
  it('speaks stdio, read-only unless told otherwise, and masks its secrets in the log', async () => {
    const client = new Client({ name: 'test', version: '1' });
    const env = environmentOf(sandbox);
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [FIXTURE, JSON.stringify(options())],
        env,
        stderr: 'ignore',
      }),
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'list_resources',
      'get_findings',
      'get_dashboard_metrics',
      'list_customers',
      'get_rules',
      'search_violations',
    ]);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    const refused = await client.callTool({ name: 'trigger_scan', arguments: { tenant_id: 'acme-corp' } });
    expect(refused).toMatchObject({ isError: true, structuredContent: { code: 'GH_READ_ONLY' } });
    const { structuredContent } = await client.callTool({ name: 'list_customers', arguments: {} });
    expect(structuredContent).toMatchObject({ success: true, source: 'demo', demo: true, count: 5 });
    await client.close();
    const log = readFileSync(join(folder, 'logs', 'thanos.log'), 'utf8');
    expect(log).toContain('signed in');
    expect(log).not.toContain('S3rvice!pass-demo');
    expect(log).not.toMatch(/eyJ[\w-]{10}/);
  });

  it('names every missing variable at once', async () => {
    const { err, out, status } = await runToEnd(options(), {});
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
    for (const name of ['API_URL', 'USER_POOL_ID', 'CLIENT_ID', 'EMAIL', 'PASSWORD'])
      expect(err).toContain(`THANOS_${name}`);
  });

  it('ends with one reason when Cognito refuses', async () => {
    const { err, status } = await runToEnd(options(), { ...environmentOf(sandbox), THANOS_PASSWORD: 'Wr0ng!password' });
    expect(status).toBe(1);
    expect(err).toContain('E-mail or password refused by Cognito');
    expect(err).not.toContain('Wr0ng!password');
  });
});
