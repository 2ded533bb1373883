import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from './index.ts';
import { signIn, startTestSandbox } from './test-client.ts';
import { unzip } from './test-zip.ts';

async function started(options: SandboxOptions = {}) {
  const sandbox = await startTestSandbox(options);
  const call = await signIn(sandbox, 'AO');
  const [service] = (await call('GET', '/v1/service_instances?serviceType=key_vault&status=ACTIVE')).items;
  const bindings = `/v1/service_instances/${service?.id}/bindings`;
  const legacy = `/v1/services/${service?.id}/client`;
  return { sandbox, call, bindings, legacy, [Symbol.asyncDispose]: sandbox.close };
}

describe('binding a client', () => {
  it('delivers a ZIP with the client configuration', async () => {
    await using s = await started();
    const answer = await s.call('PUT', s.bindings, { name: 'app one', os: 'linux' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/zip');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="setup-app_one.zip"');
    const files = unzip(answer.bytes);
    expect(Object.keys(files)).toEqual(['Chrystoki.conf', 'README.txt']);
    const client = (await s.call('GET', `${s.bindings}?size=100`)).items.find(({ name }) => name === 'app one');
    expect(files['Chrystoki.conf']).toContain(`AuthTokenClientId=${client?.id}`);
  });

  it('can answer JSON instead, with a secret that is never shown again', async () => {
    await using s = await started({ bindingAnswer: 'json' });
    const answer = await s.call('PUT', s.bindings, { name: 'app-two' });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ name: 'app-two', os: 'linux', clientId: answer.fields.id });
    const secret = String(answer.fields.clientSecret);
    expect(secret).toMatch(/^sandbox-secret-/);
    expect((await s.call('GET', `${s.bindings}/${answer.fields.id}`)).text).not.toContain(secret);
    expect((await s.call('GET', s.bindings)).text).not.toContain(secret);
  });

  it('still works under the legacy path, as octets', async () => {
    await using s = await started();
    const answer = await s.call('PUT', s.legacy, { name: 'old-style', os: 'windows' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(Object.keys(unzip(answer.bytes))).toContain('crystoki.ini');
    expect((await s.call('GET', `/v1/services`)).status).toBe(404);
  });

  it.each([404, 405] as const)('falls back on the legacy path when the new one answers %i', async status => {
    await using s = await started({ bindingEndpoint: status });
    expect((await s.call('PUT', s.bindings, { name: 'app', os: 'linux' })).status).toBe(status);
    expect((await s.call('PUT', s.legacy, { name: 'app', os: 'linux' })).status).toBe(200);
    expect((await s.call('GET', s.bindings)).status).toBe(200);
  });

  it('refuses a second client of a name, a bad body, and a service that is not active', async () => {
    await using s = await started();
    expect((await s.call('PUT', s.bindings, { name: 'twin' })).status).toBe(200);
    expect((await s.call('PUT', s.bindings, { name: 'twin' })).status).toBe(409);
    expect((await s.call('PUT', s.legacy, { name: 'twin', os: 'linux' })).status).toBe(409);
    expect((await s.call('PUT', s.legacy, { name: 'no-os' })).status).toBe(400);
    expect((await s.call('PUT', s.bindings, { client_name: 'app' })).status).toBe(400);
    expect((await s.call('PUT', s.bindings, { name: 'a'.repeat(65) })).status).toBe(400);
    const [failed] = (await s.call('GET', '/v1/service_instances?status=FAILED')).items;
    expect((await s.call('PUT', `/v1/service_instances/${failed?.id}/bindings`, { name: 'app' })).status).toBe(409);
  });
});

describe('the clients of a service', () => {
  it('are listed, shown and deleted one by one', async () => {
    await using s = await started();
    const [client] = (await s.call('GET', s.bindings)).items;
    expect(client).toEqual({
      id: expect.any(String),
      clientId: client?.id,
      name: expect.any(String),
      os: expect.stringMatching(/^(linux|windows)$/),
      createdBy: expect.stringContaining('@'),
      createdAt: expect.stringMatching(/Z$/),
    });
    expect((await s.call('GET', `${s.bindings}/${client?.id}`)).json).toEqual(client);
    expect((await s.call('DELETE', `${s.bindings}/${client?.id}`)).status).toBe(204);
    expect((await s.call('GET', `${s.bindings}/${client?.id}`)).status).toBe(404);
    expect((await s.call('GET', `${s.bindings}/${client?.name}`)).status).toBe(400);
  });

  it('may be made and deleted by a service credential, in its own service only', async () => {
    await using s = await started({ bindingAnswer: 'json' });
    const call = await signIn(s.sandbox, 'SV');
    const list = [
      ...(await s.call('GET', '/v1/service_instances?size=100')).items,
      ...(await s.call('GET', '/v1/service_instances?size=100&page=1')).items,
    ];
    const own = list.find(({ name }) => name === 'payroll-vault-prod');
    const path = `/v1/service_instances/${own?.id}/bindings`;
    const made = await call('PUT', path, { name: 'by-service' });
    expect(made.status).toBe(201);
    expect((await call('DELETE', `${path}/${made.fields.id}`)).status).toBe(204);
    expect((await call('GET', s.bindings)).status).toBe(404);
  });
});
