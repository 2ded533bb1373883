/** Another Gatehouse for tests: `writer.fixture.ts <home> <backups> <database or ""> churn|add <client> <connection…>`. */
import { createClients, memoryLedger, sqliteLedger } from './index.ts';
import { LAUNCHER } from './scratch.fixture.ts';

const [homeFolder = '', backupFolder = '', database = '', task = '', client = '', ...connections] =
  process.argv.slice(2);
const { openState } = await import('../storage/index.ts');
const clients = createClients({
  platform: 'linux',
  env: { PATH: '' },
  homeFolder,
  backupFolder,
  launcher: LAUNCHER,
  ledger: database === '' ? memoryLedger() : sqliteLedger(openState(database)),
  now: () => new Date(),
  ...(task === 'churn' ? { patience: { settleMs: 0 } } : {}),
});

process.stdout.write('ready\n');
if (task === 'add') {
  await new Promise(resolve => process.stdin.once('data', resolve));
  for (const connection of connections) await clients.register(client, [connection]);
  process.exit(0);
}
for (;;) {
  await clients.register(client, connections);
  await clients.unregister(client, connections);
}
