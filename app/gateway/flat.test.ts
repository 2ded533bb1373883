import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxes } from '../../mcp/index.ts';
import type { RecordedRequest } from '../../mcp/kit/sandbox.ts';
import { runtime, startHost, type TestHost } from '../testing/index.ts';

type Sandbox = Awaited<ReturnType<Awaited<ReturnType<NonNullable<(typeof sandboxes)[string]>>>['startSandbox']>>;

let host: TestHost;
let sandbox: Sandbox;

beforeAll(async () => {
  const load = sandboxes.cloudways;
  if (load === undefined) throw new Error('There is no sandbox of Cloudways.');
  sandbox = await (await load()).startSandbox();
  host = await startHost();
  const [credential] = sandbox.credentials;
  for (const presentation of ['flat', 'grouped'] as const)
    await host.window('connections.add', {
      backend: 'cloudways',
      name: presentation,
      settings: { ...credential?.settings },
      secrets: { ...credential?.secrets },
      presentation,
    });
});
afterAll(async () => {
  await host.stop();
  await sandbox.close();
});

const changes = (): readonly RecordedRequest[] =>
  sandbox.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('/oauth/'));
const call = async (name: string, args: object, connection = 'cloudways/flat') => {
  const link = await host.link(connection);
  await link.initialize();
  const { result } = await link.request('tools/call', { name, arguments: args });
  link.close();
  return result as { readonly structuredContent?: object; readonly isError?: boolean };
};

describe('the flat presentation', () => {
  it('runs under a tool’s name what was decided for it, and no other action that an assistant slips in', async () => {
    expect(runtime.catalogs).toBeTypeOf('string');
    const read = await call('list_servers', { include_apps: false });
    expect(read.structuredContent).toMatchObject({ success: true, servers: [{ id: '41001' }, {}, {}] });
    // Reading is allowed without a question; deleting is not.
    const slipped = await call('list_servers', { action: 'delete_server', server_id: '41003' });
    expect(slipped.structuredContent).toMatchObject({ success: false, code: 'GH_INVALID_INPUT' });
    expect(changes()).toEqual([]);
  });

  it('lists each operation under the original’s name, where the grouped one lists few tools with actions', async () => {
    const names = async (connection: string) => {
      const link = await host.link(connection);
      await link.initialize();
      const { result } = await link.request('tools/list');
      link.close();
      return (result as { readonly tools: readonly { readonly name: string }[] }).tools.map(({ name }) => name);
    };
    expect(await names('cloudways/flat')).toEqual(expect.arrayContaining(['ping', 'list_servers', 'git_pull']));
    expect(await names('cloudways/flat')).toHaveLength(168);
    expect(await names('cloudways/grouped')).toHaveLength(14);
  });
});
