import { describe, expect, it } from 'vitest';
import { requestToken, send, signIn, startTestSandbox } from './test-client.ts';

const CLIENTS = '/v1/credentials/clients';
const USERS = '/v1/users';
const GROUPS = '/v1/subscriber_groups';

async function started(label: string) {
  const sandbox = await startTestSandbox();
  const call = await signIn(sandbox, label);
  return { sandbox, call, [Symbol.asyncDispose]: sandbox.close };
}

describe('credentials', () => {
  it('show their secret at creation and reset only, and really sign in', async () => {
    await using s = await started('SP');
    const created = await s.call('POST', CLIENTS, { name: 'by-test', role: 'api_appowner' });
    expect(created.status).toBe(200);
    const { clientId, clientSecret } = created.fields;
    const path = `${CLIENTS}/${clientId}`;
    const token = (secret: unknown) =>
      requestToken(s.sandbox, {
        grant_type: 'client_credentials',
        client_id: String(clientId),
        client_secret: String(secret),
      });
    expect((await token(clientSecret)).fields.scope).toContain('dpod.tenant.api_appowner');
    expect((await s.call('GET', path)).fields).toEqual({
      clientId,
      name: 'by-test',
      role: 'api_appowner',
      serviceIds: [],
      subscriberGroups: [],
    });
    const reset = await s.call('POST', `${path}/resetSecret`);
    expect(reset.fields.clientSecret).not.toBe(clientSecret);
    expect((await token(clientSecret)).status).toBe(401);
    expect((await token(reset.fields.clientSecret)).status).toBe(200);
    expect((await s.call('PATCH', path, { name: 'renamed' })).json).toMatchObject({ name: 'renamed' });
    expect((await s.call('DELETE', path)).status).toBe(204);
    expect((await token(reset.fields.clientSecret)).status).toBe(401);
    expect((await s.call('GET', path)).status).toBe(404);
  });

  it('are listed without secrets, by role and by service', async () => {
    await using s = await started('SP');
    const all = await s.call('GET', CLIENTS);
    expect(all.text).not.toContain('ecret"');
    expect(all.items.length).toBeGreaterThan(5);
    const services = (await s.call('GET', `${CLIENTS}?role=api_service`)).items;
    expect(services.length).toBe(2);
    const ids = services.map(({ serviceIds }) => String(serviceIds));
    expect((await s.call('GET', `${CLIENTS}?serviceIds=${ids[0]}`)).items).toHaveLength(1);
    expect((await s.call('GET', `${CLIENTS}?serviceIds=${ids[0]}&serviceIds=${ids[1]}`)).items).toHaveLength(2);
  });

  it('of a service are all that an application owner sees and makes', async () => {
    await using s = await started('AO');
    expect(new Set((await s.call('GET', CLIENTS)).items.map(({ role }) => role))).toEqual(new Set(['api_service']));
    expect((await s.call('POST', CLIENTS, { name: 'boss', role: 'api_spadmin' })).status).toBe(403);
    const [service] = (await s.call('GET', '/v1/service_instances')).items;
    const body = { name: 'robot', role: 'api_service', serviceIds: [service?.id] };
    expect((await s.call('POST', CLIENTS, body)).status).toBe(200);
    expect((await s.call('POST', CLIENTS, { ...body, serviceIds: [] })).status).toBe(400);
    expect((await s.call('POST', CLIENTS, { ...body, role: 'teapot' })).status).toBe(400);
  });
});

describe('users', () => {
  const user = {
    username: 'new.user@example.test',
    givenName: 'New',
    familyName: 'User',
    accountRole: 'admin',
    emailHints: { language: 'en' },
  };

  it('are listed, by tenant too', async () => {
    await using s = await started('SP');
    const tenant = (await s.call('GET', '/v1/tenants')).items.find(({ name }) => name === 'Harbour Bank');
    const all = Number((await s.call('GET', USERS)).fields.totalElements);
    const some = (await s.call('GET', `${USERS}?tenantId=${tenant?.id}`)).items;
    expect(all).toBeGreaterThan(some.length);
    expect(new Set(some.map(({ tenantId }) => tenantId))).toEqual(new Set([tenant?.id]));
    expect((await s.call('GET', `${USERS}?tenantId=00000000-0000-4000-8000-000000000000`)).status).toBe(404);
  });

  it('are created, changed and deleted', async () => {
    await using s = await started('SP');
    const created = await s.call('POST', USERS, { ...user, password: 'canary-password' });
    expect(created.status).toBe(201);
    expect(created.text).not.toContain('canary-password');
    const path = `${USERS}/${created.fields.id}`;
    expect((await s.call('PATCH', path, { givenName: 'Newer' })).json).toMatchObject({
      givenName: 'Newer',
      familyName: 'User',
    });
    expect((await s.call('PATCH', path, { username: 'x@example.test' })).status).toBe(400);
    expect((await s.call('POST', USERS, user)).status).toBe(409);
    expect((await s.call('POST', `${path}/resetMfaToken`)).status).toBe(200);
    expect((await s.call('DELETE', path)).status).toBe(204);
    expect((await s.call('GET', path)).status).toBe(404);
  });

  it('keep the rules of the vendor', async () => {
    await using s = await started('SP');
    expect((await s.call('POST', USERS, { ...user, accountRole: 'appowner' })).status).toBe(400);
    expect((await s.call('POST', USERS, { ...user, accountRole: 'owner' })).status).toBe(400);
    expect((await s.call('POST', USERS, { ...user, emailHints: undefined })).status).toBe(400);
    const primary = (await s.call('GET', USERS)).items.find(({ accountRole }) => accountRole === 'spadmin');
    expect((await s.call('DELETE', `${USERS}/${primary?.id}`)).status).toBe(409);
  });

  it('do not include the client credential itself', async () => {
    await using s = await started('SP');
    expect((await s.call('GET', `${USERS}/profile`)).status).toBe(403);
    const body = { oldPassword: 'a', newPassword: 'b' };
    expect((await s.call('PATCH', `${USERS}/changePassword`, body)).status).toBe(403);
  });
});

describe('subscriber groups', () => {
  it('are listed, created, changed and deleted', async () => {
    await using s = await started('AO');
    expect((await s.call('GET', GROUPS)).items.map(({ name }) => name)).toContain('Payments');
    const created = await s.call('POST', GROUPS, { name: 'Finance', description: 'Finance department' });
    expect(created.status).toBe(201);
    const path = `${GROUPS}/${created.fields.id}`;
    expect((await s.call('PATCH', path, { description: 'Money' })).json).toEqual({
      id: created.fields.id,
      name: 'Finance',
      description: 'Money',
    });
    expect((await s.call('POST', GROUPS, { description: 'no name' })).status).toBe(400);
    s.sandbox.switches.set({ duplicateNames: 'refused' });
    expect((await s.call('POST', GROUPS, { name: 'Finance' })).status).toBe(409);
    expect((await s.call('DELETE', path)).status).toBe(204);
    expect((await s.call('GET', path)).status).toBe(404);
  });

  it('with members stay, and other tenants do not see them', async () => {
    await using s = await started('AO');
    const [group] = (await s.call('GET', GROUPS)).items;
    expect((await s.call('DELETE', `${GROUPS}/${group?.id}`)).status).toBe(409);
    const other = await signIn(s.sandbox, 'AO of another tenant');
    expect((await other('GET', `${GROUPS}/${group?.id}`)).status).toBe(404);
  });
});

describe('paths outside the contract', () => {
  it('answer 404', async () => {
    await using s = await started('SP');
    const [user] = (await s.call('GET', USERS)).items;
    expect((await s.call('POST', `${USERS}/${user?.id}/sendVerification`)).status).toBe(404);
    expect((await send(`${s.sandbox.url}/v2/tenants`)).status).toBe(404);
  });
});
