import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startRig } from './testing.ts';

/** A vendor that answers everything with this, where the sandbox would be too right. */
async function vendorThatSays(status: number, body: string, type = 'application/json') {
  const server = createServer((request, response) => {
    const login = request.url?.endsWith('/oauth/access_token') === true;
    response
      .writeHead(login ? 200 : status, { 'content-type': login ? 'application/json' : type })
      .end(login ? '{"access_token":"t0ken-for-a-test","expires_in":3600}' : body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const rig = await startRig({ settings: { baseUrl: `http://127.0.0.1:${port}/api` } });
  const end = () => {
    server.closeAllConnections();
    server.close();
    return rig[Symbol.asyncDispose]();
  };
  return { ...rig, [Symbol.asyncDispose]: end };
}

describe('answers of the vendor', () => {
  it.each([
    ['a bare refusal', 200, '{"status":false,"message":"Not now."}', 'GH_VENDOR_REFUSED', 'Not now.'],
    ['one in an envelope', 200, '{"status":false,"message":"Not now.","data":{}}', 'GH_VENDOR_REFUSED', 'Not now.'],
    ['one inside of it', 200, '{"data":{"status":false,"message":"Not now."}}', 'GH_VENDOR_REFUSED', 'Not now.'],
    ['a rule of business', 422, '{"status":false,"message":"Not now."}', 'GH_VENDOR_REFUSED', 'Not now.'],
    ['wrong input', 422, '{"label":[{"code":"max","message":"Too long."}]}', 'GH_VENDOR_REFUSED', 'label: Too long.'],
    ['wrong input in plain words', 422, '{"label":["Too long."]}', 'GH_VENDOR_REFUSED', 'label: Too long.'],
    ['an empty refusal', 422, '', 'GH_VENDOR_REFUSED', 'without a reason'],
    ['broken JSON', 200, '{"status":tr', 'GH_OUTCOME_UNKNOWN', 'not known whether it was done'],
    ['plain text', 200, 'You have reached Cloudways API.', 'GH_VENDOR_ANSWER', 'nothing was done'],
    ['another 400', 400, '{"error":"invalid_request","error_description":"No."}', 'GH_VENDOR_REFUSED', 'No.'],
  ])('that are %s are told as that', async (_what, status, body, code, said) => {
    await using rig = await vendorThatSays(status, body);
    expect(await rig.fails('rename_server', { server_id: 1, label: 'x' })).toMatchObject({
      code,
      error: expect.stringContaining(said),
    });
  });

  it.each(['{}', '[]', '', '{"status":true}', '{"data":{}}'])(
    'that say nothing, such as %j, are a success',
    async body => {
      await using rig = await vendorThatSays(200, body);
      await rig.ok('rename_server', { server_id: 1, label: 'x' });
    },
  );

  it('whose lists are not lists are no empty lists', async () => {
    await using rig = await vendorThatSays(200, '{"ip_list":"everyone"}');
    expect(await rig.fails('get_whitelisted_ips_ssh', { server_id: 1 })).toMatchObject({ code: 'GH_VENDOR_ANSWER' });
    await using other = await vendorThatSays(200, '["a"]');
    expect(await other.fails('list_servers')).toMatchObject({ code: 'GH_VENDOR_ANSWER' });
  });

  it('about an operation count by is_completed alone', async () => {
    for (const [operation, state] of [
      [{ is_completed: '0', status: 'Process is in progress' }, 'running'],
      [{ is_completed: 0 }, 'running'],
      [{}, undefined],
      [{ is_completed: 1, status: 'Completed' }, 'done'],
      [{ is_completed: true }, 'done'],
      [{ is_completed: '1', status: 'Cancelled' }, 'failed'],
      [{ is_completed: -1 }, 'failed'],
      [{ is_completed: '0', status: 'Error' }, 'failed'],
    ] as const) {
      await using rig = await vendorThatSays(200, JSON.stringify({ status: false, operation }));
      const { fields } = await rig.call('get_operation_status', { operation_id: 'flex-1' });
      expect([operation, fields.state]).toEqual([operation, state]);
    }
  });
});
