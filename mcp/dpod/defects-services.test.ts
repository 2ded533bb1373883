import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { entry, type Rig, startRig } from './testing.ts';

const HSM = { name: 'test-vault', service_type: 'key_vault', service_plan: 'single_hsm' };
const CREATION = { method: 'POST', path: '/v1/service_instances' };

async function activeService(rig: Rig) {
  const { instances } = await rig.ok('manage_services', 'list_services', { service_type: 'key_vault' });
  return entry(instances, ({ status }) => status === 'ACTIVE');
}

describe('creating services', () => {
  it.each([
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 503, execute: true },
    { kind: 'html' },
    { kind: 'html', status: 200 },
    { kind: 'truncated' },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'midway' },
    { kind: 'reset', when: 'after' },
  ] as const)(
    'defect 18: a POST that fails as $kind $status $when is sent once, and its outcome is called unknown',
    async fault => {
      await using rig = await startRig();
      rig.sandbox.faults.inject({ ...CREATION, ...fault });
      expect(await rig.fails('manage_services', 'create_service_instance', HSM)).toMatchObject({
        code: 'GH_OUTCOME_UNKNOWN',
        hint: expect.stringContaining('list_services'),
      });
      expect(rig.sent('POST')).toHaveLength(1);
    },
  );

  it('defect 18: a request that was refused with 429 was not carried out, so it is sent again', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 429, retryAfter: 0, ...CREATION });
    await rig.ok('manage_services', 'create_service_instance', HSM);
    expect(rig.sent('POST').map(({ status }) => status)).toEqual([429, 201]);
  });

  it('an empty answer means that it is pending', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'empty', ...CREATION });
    expect(await rig.ok('manage_services', 'create_service_instance', HSM)).toMatchObject({ status: 'pending' });
  });

  it('with wait it is watched until it is ready', async () => {
    await using rig = await startRig();
    const { fields, progress } = await rig.call('manage_services', 'create_service_instance', { ...HSM, wait: true });
    expect(fields).toMatchObject({ success: true, instance: { status: 'ACTIVE' }, message: 'The service is ACTIVE.' });
    expect(progress.length).toBeGreaterThan(0);
  });

  it('a service that was created stays created when it cannot be watched', async () => {
    await using rig = await startRig();
    rig.sandbox.faults.inject({ kind: 'status', status: 500, method: 'GET', path: '/v1/service_instances/*' });
    expect(await rig.ok('manage_services', 'create_service_instance', { ...HSM, wait: true })).toMatchObject({
      instance: { name: HSM.name, status: 'PENDING' },
      message: expect.stringContaining('It is created'),
    });
  });

  it('defect 30: the device type is cryptovisor_fips unless told, in the tool, the example and the prompt', async () => {
    await using rig = await startRig();
    const { instance } = await rig.ok('manage_services', 'create_service_instance', HSM);
    expect(instance).toMatchObject({ createParams: { deviceType: 'cryptovisor_fips' } });
    const told = await rig.ok('manage_services', 'create_service_instance', { ...HSM, device_type: 'cryptovisor' });
    expect(told.instance).toMatchObject({ createParams: { deviceType: 'cryptovisor' } });
    const example = await rig.ok('manage_services', 'get_creation_example');
    expect(example.api_format).toMatchObject({ createParams: { deviceType: 'cryptovisor_fips' } });
    const given = { service_type: 'key_vault', service_name: 'test-vault', service_plan: 'single_hsm' };
    expect(rig.account.prompt('create_hsm_service', given)).toContain('device_type: cryptovisor_fips');
  });

  it('defect 29: the example of a type without a sample is generic, and invents nothing for payShield', async () => {
    await using rig = await startRig();
    for (const service_type of ['payshield_eu', 'signpath', 'something-new']) {
      const example = await rig.ok('manage_services', 'get_creation_example', { service_type });
      expect(example.api_format).toEqual({
        name: 'my-service',
        serviceType: service_type,
        servicePlan: '<a plan of get_tile_plans>',
        createParams: {},
      });
      expect(JSON.stringify(example)).not.toMatch(/single_hsm|deviceType/);
    }
    const ctaas = await rig.ok('manage_services', 'get_creation_example', { service_type: 'ctaas' });
    expect(ctaas.api_format).toMatchObject({ servicePlan: 'Tenant', createParams: { cluster: 'gcp-us-east1' } });
    expect(rig.sandbox.requests).toEqual([]);
  });

  it('a ctaas service takes its cluster and password, and the password is never shown', async () => {
    await using rig = await startRig();
    const input = { name: 'test-ctaas', service_type: 'ctaas' };
    expect(await rig.fails('manage_services', 'create_service_instance', input)).toHaveProperty(
      'code',
      'GH_INVALID_INPUT',
    );
    const configuration = { cluster: 'gcp-europe-west3', initial_admin_password: 'canary-Passw0rd' };
    const made = await rig.ok('manage_services', 'create_service_instance', { ...input, configuration });
    expect(rig.sent('POST')[0]?.body).toEqual({
      name: 'test-ctaas',
      serviceType: 'ctaas',
      servicePlan: 'Tenant',
      createParams: { ...configuration, tenant_rot_anchor: 'hsmod' },
    });
    expect(JSON.stringify(made) + rig.stderr()).not.toContain('canary-Passw0rd');
  });

  it('wrong names, plans and device types are refused before anything is sent', async () => {
    await using rig = await startRig();
    for (const wrong of [
      { name: 'abc' },
      { name: '-abcd' },
      { name: 'abcd-' },
      { name: 'with space' },
      { service_plan: 'gold' },
      { service_plan: undefined },
      { service_type: undefined },
      { device_type: 'other' },
      { configuration: { deviceType: 'other' } },
    ])
      expect(await rig.fails('manage_services', 'create_service_instance', { ...HSM, ...wrong })).toHaveProperty(
        'code',
        'GH_INVALID_INPUT',
      );
    expect(rig.sent()).toEqual([]);
  });

  it('the quota of the vendor is told in its words', async () => {
    await using rig = await startRig({ switches: { serviceQuota: 0 } });
    expect(await rig.fails('manage_services', 'create_service_instance', HSM)).toMatchObject({
      status_code: 403,
      details: expect.stringContaining('quota'),
    });
  });
});

describe('clients of services', () => {
  it('defect 16: a client is bound on the current path, and its id is the true one', async () => {
    await using rig = await startRig();
    const { service_id } = await activeService(rig);
    const told = await rig.ok('manage_services', 'bind_client', { service_id, client_name: 'robot-1' });
    expect(rig.sent('PUT')).toMatchObject([
      { path: `/v1/service_instances/${service_id}/bindings`, body: { name: 'robot-1', os: 'linux' } },
    ]);
    const { client } = await rig.ok('manage_services', 'get_service_client', { service_id, client_id: told.client_id });
    expect(client).toMatchObject({ id: told.client_id, name: 'robot-1' });
  });

  it.each([404, 405] as const)(
    'defect 16: the deprecated path is used only where the other answers %i',
    async bindingEndpoint => {
      await using rig = await startRig({ switches: { bindingEndpoint } });
      const { service_id } = await activeService(rig);
      await rig.ok('manage_services', 'bind_client', { service_id, client_name: 'robot-1', os_type: 'windows' });
      expect(rig.sent('PUT').map(({ path }) => path)).toEqual([
        `/v1/service_instances/${service_id}/bindings`,
        `/v1/services/${service_id}/client`,
      ]);
      await using strict = await startRig({ switches: { bindingEndpoint }, settings: { legacyBindings: false } });
      await strict.fails('manage_services', 'bind_client', { service_id, client_name: 'robot-2' });
      expect(strict.sent('PUT')).toHaveLength(1);
    },
  );

  it('defect 17: the package goes into the private folder, readable by its owner, never over another', async () => {
    await using rig = await startRig();
    const { service_id } = await activeService(rig);
    const bind = (client_name: string) => rig.ok('manage_services', 'bind_client', { service_id, client_name });
    const [first, second] = [await bind('robot 1'), await bind('robot_1')];
    expect(second.file_saved_to).not.toBe(first.file_saved_to);
    for (const { file_saved_to } of [first, second]) {
      expect(file_saved_to).toContain(join(rig.folder, 'downloads'));
      expect(statSync(String(file_saved_to)).mode & 0o777).toBe(0o600);
    }
    const files = unzipSync(readFileSync(String(first.file_saved_to)));
    const secret = /AuthTokenClientSecret=(\S+)/.exec(Buffer.from(files['Chrystoki.conf'] ?? []).toString())?.[1];
    expect(secret).toMatch(/^sandbox-secret-/);
    expect(JSON.stringify(first) + rig.stderr()).not.toContain(secret);
  });

  it('defect 17: the assistant cannot choose the folder; the person can', async () => {
    await using rig = await startRig();
    const { service_id } = await activeService(rig);
    const input = { service_id, client_name: 'robot-1' };
    expect(
      await rig.fails('manage_services', 'bind_client', { ...input, download_path: '/tmp/elsewhere' }),
    ).toMatchObject({ code: 'GH_INVALID_INPUT', error: expect.stringContaining('download_path') });

    const folder = join(rig.folder, 'chosen');
    await using chosen = await startRig({ settings: { downloadFolder: folder } });
    symlinkSync('/nowhere', join(rig.folder, 'link'));
    const told = await chosen.ok('manage_services', 'bind_client', { ...input, service_id });
    expect(readdirSync(folder)).toEqual([basename(String(told.file_saved_to))]);

    await using broken = await startRig({ settings: { downloadFolder: join(rig.folder, 'link') } });
    expect(await broken.fails('manage_services', 'bind_client', input)).toMatchObject({
      code: 'GH_FILE',
      error: expect.stringContaining('The client was created'),
      hint: expect.stringContaining('delete the client'),
    });
  });

  it('an answer in JSON holds a secret too, so it is saved and not shown', async () => {
    await using rig = await startRig({ switches: { bindingAnswer: 'json' } });
    const { service_id } = await activeService(rig);
    const told = await rig.ok('manage_services', 'bind_client', { service_id, client_name: 'robot-1' });
    const { clientSecret } = JSON.parse(readFileSync(String(told.file_saved_to), 'utf8')) as { clientSecret: string };
    expect(clientSecret).toMatch(/^sandbox-secret-/);
    expect(JSON.stringify(told) + rig.stderr()).not.toContain(clientSecret);
  });

  it('a page of a gateway is not taken for a package', async () => {
    await using rig = await startRig();
    const { service_id } = await activeService(rig);
    rig.sandbox.faults.inject({ kind: 'html', status: 200, method: 'PUT' });
    expect(await rig.fails('manage_services', 'bind_client', { service_id, client_name: 'robot-1' })).toMatchObject({
      code: 'GH_OUTCOME_UNKNOWN',
    });
  });

  it('service credentials use and delete clients of their own service by its UUID', async () => {
    await using rig = await startRig();
    const { service_id } = entry(
      (await rig.ok('manage_services', 'list_services', { size: 100 })).instances,
      ({ name }) => name === 'payroll-vault-prod',
    );
    await using service = await startRig({ as: 'SV' });
    const { client_id } = await service.ok('manage_services', 'bind_client', { service_id, client_name: 'robot-1' });
    await service.ok('manage_services', 'delete_service_client', { service_id, client_id });
    expect(
      await service.fails('manage_services', 'get_service_instance', { service_id: 'payroll-vault-prod' }),
    ).toMatchObject({ code: 'GH_INVALID_INPUT', error: expect.stringContaining('UUID') });
    expect(await service.fails('manage_services', 'list_services')).toMatchObject({ code: 'GH_SCOPE_MISSING' });
  });

  it('a name that two services share is refused with their UUIDs', async () => {
    await using rig = await startRig();
    const ids = [];
    for (let n = 0; n < 2; n++) {
      const { instance } = await rig.ok('manage_services', 'create_service_instance', HSM);
      ids.push((instance as { id: string }).id);
    }
    const { code, error } = await rig.fails('manage_services', 'delete_service_instance', { service_id: HSM.name });
    expect(code).toBe('GH_INVALID_INPUT');
    for (const id of ids) expect(error).toContain(id);
    expect(rig.sent('DELETE')).toEqual([]);
  });
});

describe('deleting services', () => {
  it('waits after 202 until the service is gone', async () => {
    await using rig = await startRig({ switches: { deletion: 'later' } });
    const { service_id, name } = await activeService(rig);
    expect(await rig.ok('manage_services', 'delete_service_instance', { service_id: name, force: true })).toEqual({
      success: true,
      demo: true,
      message: 'The service is deleted.',
      deleted_uuid: service_id,
      original_identifier: name,
      http_status: 202,
    });
    expect(rig.sent('DELETE')[0]?.query).toEqual({ force: 'true' });
    expect(await rig.fails('manage_services', 'get_service_instance', { service_id })).toMatchObject({
      code: 'GH_NOT_FOUND',
    });
  });
});

describe('lists', () => {
  it('that are none are not taken for empty', async () => {
    await using rig = await startRig();
    await rig.account.signIn();
    const lists = [
      ['manage_services', 'list_services'],
      ['manage_users', 'list'],
      ['manage_reports', 'get_service_summary'],
      ['manage_subscriptions', 'list_subscriptions'],
    ] as const;
    for (const [tool, action] of lists) {
      rig.sandbox.faults.inject({ kind: 'empty', status: 200, path: '/v1/**' });
      expect(await rig.fails(tool, action)).toMatchObject({ code: 'GH_VENDOR_ANSWER' });
    }
  });
});

describe('the setting for service providers', () => {
  it('lets them try services, and the vendor decides', async () => {
    await using rig = await startRig({ as: 'SP' });
    expect(await rig.fails('manage_services', 'list_services')).toMatchObject({ code: 'GH_SCOPE_MISSING' });
    await using tries = await startRig({ as: 'SP', settings: { spServices: true } });
    expect(await tries.fails('manage_services', 'list_services')).toMatchObject({ code: 'GH_VENDOR_SCOPE' });
    await using may = await startRig({ as: 'SP', settings: { spServices: true }, switches: { policy: 'seed' } });
    await may.ok('manage_services', 'list_services');
  });
});
