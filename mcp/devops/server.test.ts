import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/testing-servers.ts';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { standaloneEnvironment } from './testing.ts';

let sandbox: Sandbox;
let folder: string;
const FIXTURE = join(import.meta.dirname, '..', 'standalone.fixture.ts');
const options = () => ({ backend: 'devops', stateFolder: folder });

beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-devops-server-'));
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (more: Readonly<Record<string, string>> = {}) => standaloneEnvironment(sandbox, more);

async function connected(env: Record<string, string>): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [FIXTURE, JSON.stringify(options())],
      env,
      stderr: 'ignore',
    }),
  );
  return client;
}

const deploy = { name: 'deploy_service', arguments: { service_name: 'orders', version: '9', environment: 'staging' } };

describe('the server on its own', () => {
  it('speaks stdio, read-only unless told otherwise, and masks its secrets in the log', async () => {
    const client = await connected(environment());
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(8);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    expect(await client.callTool(deploy)).toMatchObject({
      isError: true,
      structuredContent: { code: 'GH_READ_ONLY' },
    });
    const { structuredContent } = await client.callTool({ name: 'getMcpResourcesLogs', arguments: { limit: 1 } });
    expect(structuredContent).toMatchObject({ success: true, source: 'demo', demo: true, provider: 'datadog' });
    const { contents } = await client.readResource({ uri: 'light-devops://metrics' });
    expect(contents).toMatchObject([
      { mimeType: 'application/json', text: expect.stringContaining('cpu_utilization') },
    ]);
    await client.close();
    const log = readFileSync(join(folder, 'logs', 'devops.log'), 'utf8');
    expect(log).toContain('signed in');
    expect(log).not.toMatch(/eyJ[\w-]{10}|dd-(api|app)-key|K2demoKeySecret/);
  });

  it('deploys when told that it may write, with an argument object as the original took it', async () => {
    const client = await connected(environment({ LIGHT_DEVOPS_READ_ONLY: 'false' }));
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(12);
    expect(tools.find(({ name }) => name === 'deploy_service')?.annotations).toMatchObject({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    });
    const done = await client.callTool({ name: deploy.name, arguments: { arguments: deploy.arguments } });
    expect(done).toMatchObject({ structuredContent: { result: { deployment: { status: 'SUCCESS', version: '9' } } } });
    const prod = { ...deploy.arguments, environment: 'production' };
    const refused = await client.callTool({ ...deploy, arguments: prod });
    expect(refused.structuredContent).toMatchObject({ reason: 'production_disabled' });
    await client.close();
  });

  it('ends its session at the gateway when it is told to end', async () => {
    const gateway = { CEQUENCE_ENABLED: 'true', CEQUENCE_GATEWAY_URL: `${sandbox.url}/gateway/mcp` };
    const client = await connected(environment(gateway));
    await client.callTool({ name: 'getMcpResourcesLogs', arguments: { limit: 1 } });
    await client.close();
    expect(sandbox.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('names every missing variable at once, and keeps stdout empty', async () => {
    const { status, out, err } = await runToEnd(options(), {});
    expect([status, out]).toEqual([1, '']);
    expect(err.trim().split('\n')).toHaveLength(1);
    for (const name of ['DESCOPE_PROJECT_ID', 'DESCOPE_ACCESS_KEY']) expect(err).toContain(name);
  });
});
