/**
 * Uses the real keychain of the session it runs in: `keyring.fixture.ts <state database> <command>…`, one JSON line for each
 * command: `open`, `set=VALUE`, `read`, `rotate`, `anchor=TEXT`, `anchor?`.
 */
import keytar from 'keytar';
import { GatehouseError } from '../contract/index.ts';
import { createVault, keychainStore } from '../vault/index.ts';
import { stateWith } from './index.ts';

const [file = '', ...commands] = process.argv.slice(2);
const vault = createVault({
  db: stateWith(file, 'one'),
  store: keychainStore(keytar, { timeoutMs: 5_000 }),
  now: () => new Date(),
});

async function run(command: string): Promise<unknown> {
  const [verb, value = ''] = command.split('=');
  switch (verb) {
    case 'open':
      await vault.open();
      return vault.status();
    case 'set':
      vault.setSecrets('one', { token: value });
      return vault.secretFields('one');
    case 'read':
      return vault.readSecrets('one');
    case 'rotate':
      return vault.rotate({ prepare: () => undefined, done: () => undefined });
    case 'anchor':
      return vault.anchor?.write(value);
    case 'anchor?':
      return vault.anchor?.read();
    default:
      throw new Error(`no command ${command}`);
  }
}

for (const command of commands) {
  const told = await run(command).catch((error: unknown) =>
    error instanceof GatehouseError ? { error: error.code, hint: error.hint } : { error: String(error) },
  );
  process.stdout.write(`${JSON.stringify(told ?? null)}\n`);
}
process.exit(0);
