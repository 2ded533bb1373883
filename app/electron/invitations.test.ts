import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startSandbox } from '../../mcp/sdp/sandbox/index.ts';
import { startHost } from '../testing/index.ts';
import { createInvitations } from './invitations.ts';

it('a connection is passed on as a file that proposes its settings, and holds no credential', async () => {
  await using sandbox = await startSandbox();
  await using host = await startHost();
  const { settings = {}, secrets = {} } = sandbox.credentials.find(({ label }) => label === 'us') ?? {};
  await host.window('connections.add', {
    backend: 'sdp',
    name: 'acme',
    settings: { ...settings, filesFolder: tmpdir() },
    secrets,
    readOnly: true,
  });
  const { name, text } = await host.window('connections.passOn', { id: 'sdp/acme' });
  expect(name).toBe('sdp-acme.gatehouse');
  for (const own of [...Object.values(secrets), 'filesFolder']) expect(text).not.toContain(own);

  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-passed-'));
  writeFileSync(join(folder, name), text);
  const invitations = createInvitations();
  invitations.take(join(folder, name), await host.window('backends.list', {}));
  rmSync(folder, { recursive: true });
  expect(invitations.first()).toMatchObject({
    from: name,
    connection: { backend: 'sdp', name: 'acme', settings, readOnly: true },
  });
});

it('a custom server names a program, so it is not passed on', async () => {
  await using host = await startHost();
  const id = await host.custom('mine', 'raw-server', ['legacy']);
  await expect(host.window('connections.passOn', { id })).rejects.toMatchObject({ code: 'GH_INVALID_INPUT' });
});
