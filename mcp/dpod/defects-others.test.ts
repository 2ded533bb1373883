import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runStandalone } from '../kit/standalone.ts';
import { dpod } from './index.ts';
import { startRig } from './testing.ts';

/** The rest of the defects of the fact sheet, §7: those of the server as a whole. */
it('defect 11: nothing in the server writes to stdout', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.ts') && !name.startsWith('sandbox') && !/test/.test(name),
  );
  expect(sources.length).toBeGreaterThan(12);
  for (const name of sources)
    expect(readFileSync(join(import.meta.dirname, name), 'utf8'), name).not.toMatch(/console\.|process\.stdout/);
});

it('defect 31: no prompt takes a password, and the argument that does is marked as secret', async () => {
  await using rig = await startRig();
  const { prompts, tools } = rig.account.catalog;
  expect(JSON.stringify(prompts.map(prompt => prompt.arguments))).not.toMatch(/password/i);
  const create = tools.flatMap(({ actions }) => actions).find(({ name }) => name === 'create_service_instance');
  expect(create?.secretParameters).toEqual(['configuration.initial_admin_password']);
});

it('defect 32: over HTTP only loopback is served without a key', async () => {
  await using rig = await startRig();
  const [credential] = rig.sandbox.credentials;
  const env = {
    DPOD_CLIENT_ID: credential?.secrets.clientId,
    DPOD_CLIENT_SECRET: credential?.secrets.clientSecret,
    DPOD_BASE_URL: rig.sandbox.url,
    DPOD_AUTH_URL: `${rig.sandbox.url}/oauth/v1/token`,
    LOG_LEVEL: 'ERROR',
  };
  const options = { transport: 'streamable-http', host: '0.0.0.0', port: 0, stateFolder: rig.folder } as const;
  await expect(runStandalone(dpod, env, options)).rejects.toMatchObject({
    code: 'GH_INVALID_INPUT',
    hint: expect.stringContaining('127.0.0.1'),
  });
});

it('defect 34: there is one version', async () => {
  await using rig = await startRig();
  expect(rig.account.catalog.version).toBe(dpod.version);
  expect(rig.account.info.version).toBe(dpod.version);
});

it('defect 37: every argument in the schemas is used, and no others are taken', async () => {
  await using rig = await startRig();
  const names = rig.account.catalog.tools.flatMap(tool => tool.actions.flatMap(action => action.parameters));
  for (const gone of ['category', 'period', 'format', 'credential_id', 'mfa_enabled', 'agreement_id', 'product_id'])
    expect(names).not.toContain(gone);
  expect(await rig.fails('manage_services', 'list_services', { colour: 'red' })).toMatchObject({
    code: 'GH_INVALID_INPUT',
    error: expect.stringContaining('colour'),
  });
});

it('defect 39: prompts and actions have the names that exist', async () => {
  await using rig = await startRig();
  expect(rig.account.catalog.prompts.map(({ name }) => name)).toEqual([
    'get_service_logs',
    'create_hsm_service',
    'create_ctaas_service',
    'create_hsm_client',
  ]);
  const services = rig.account.catalog.tools.find(({ name }) => name === 'manage_services');
  expect(services?.actions.some(({ name }) => name === 'list')).toBe(false);
});
