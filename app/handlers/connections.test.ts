import { expect, it } from 'vitest';
import { startSandbox } from '../../mcp/sdp/sandbox/index.ts';
import { startHost } from '../testing/index.ts';

it('removing a connection takes its credential back at the vendor, and the history says so', async () => {
  await using sandbox = await startSandbox();
  await using host = await startHost();
  const { settings = {}, secrets = {} } = sandbox.credentials.find(({ label }) => label === 'us') ?? {};
  await host.window('connections.add', { backend: 'sdp', name: 'acme', settings, secrets });
  const removal = async () => {
    await host.window('connections.remove', { id: 'sdp/acme' });
    return (await host.entries()).findLast(({ kind }) => kind === 'connection-removed')?.details;
  };
  expect(sandbox.us.accounts.refreshTokens).toContain(secrets.refreshToken);
  expect(await removal()).toEqual({ credentialTakenBack: true });
  expect(sandbox.us.accounts.refreshTokens).not.toContain(secrets.refreshToken);

  // A vendor that is down keeps nobody from removing it.
  await host.window('connections.add', { backend: 'sdp', name: 'acme', settings, secrets });
  await sandbox.us.accountsServer.close();
  expect(await removal()).toEqual({ credentialTakenBack: false });
});
