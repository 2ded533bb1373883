import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { GatehouseError, type StatusView } from '../contract/index.ts';
import { examine } from '../doctor.ts';
import type { Parts } from '../parts.ts';
import type { Handlers } from '../serve/index.ts';

type Part = Pick<
  Handlers,
  | 'status'
  | 'doctor'
  | 'vault.status'
  | 'vault.unlock'
  | 'vault.rotate'
  | 'settings.get'
  | 'settings.set'
  | 'backup'
  | 'window.open'
  | 'host.stop'
>;

/** What only the running host can do for these handlers. */
export interface HostControls {
  readonly openVault: (passphrase: string | undefined) => Promise<void>;
  readonly openWindow: (port: number) => Promise<string>;
  readonly windowOrigin: () => string | null;
  readonly watchers: () => number;
  readonly stop: () => void;
}

export function hostHandlers(parts: Parts, controls: HostControls): Part {
  const { vault, audit, settings, paths } = parts;
  const status = (): StatusView => ({
    version: parts.runtime.version,
    pid: process.pid,
    startedAt: parts.startedAt,
    home: paths.home,
    electron: parts.electron,
    demo: parts.demo,
    approveFromCli: parts.approveFromCli,
    paused: settings.get('paused'),
    window: controls.watchers() > 0,
    sessions: parts.gateway.sessions().length,
    waitingApprovals: parts.approvals.list().length,
    vault: vault.status(),
    historyEnd: audit.head().seq,
    mcpEndpoint:
      settings.get('mcpEndpoint') && controls.windowOrigin() !== null
        ? `${controls.windowOrigin()}/mcp/<backend>/<name>`
        : null,
  });
  return {
    status,
    doctor: () => examine(parts.runtime, paths, { running: true, vault: vault.status() }),
    'vault.status': () => vault.status(),
    async 'vault.unlock'({ passphrase }) {
      await controls.openVault(passphrase);
      return vault.status();
    },
    async 'vault.rotate'(_input, context) {
      const rotated = await vault.rotate({
        prepare: next => audit.prepareReseal(next('history')),
        done: () => audit.reseal(vault.key('history')),
      });
      audit.append({ kind: 'vault-rotated', door: context.door, details: rotated }, 'durable');
      await audit.anchorNow();
      return rotated;
    },
    'settings.get': () => ({ ...settings.all() }),
    'settings.set'({ name, value, code }, context) {
      if (name === 'paused' && value === false && settings.get('paused')) parts.requirePerson(context, code, 'resume');
      const all = settings.set(name, value);
      audit.append({ kind: 'settings-changed', door: context.door, details: { name, value } }, 'durable');
      if (name === 'paused') parts.emit({ type: 'paused', paused: settings.get('paused') });
      return { ...all };
    },
    async backup({ folder }, context) {
      if (!isAbsolute(folder)) throw new GatehouseError('GH_INVALID_INPUT', 'Give the absolute path of a folder.');
      if (existsSync(join(folder, 'state.db')))
        throw new GatehouseError('GH_CONFLICT', `${folder} already holds a backup.`);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      audit.append({ kind: 'backup', door: context.door, details: { folder } }, 'durable');
      const quote = (file: string): string => `'${file.replaceAll("'", "''")}'`;
      parts.db.exec(`VACUUM INTO ${quote(join(folder, 'state.db'))}`);
      await audit.copyTo(join(folder, 'audit.db'));
      writeFileSync(
        join(folder, 'README.txt'),
        `Backup of ${paths.home}, ${parts.now().toISOString()}, Gatehouse ${parts.runtime.version}.\nThe credentials in state.db are sealed; they open only with the key in the keychain (or the passphrase) of that time.\n`,
        { mode: 0o600 },
      );
      return { folder, files: ['state.db', 'audit.db', 'README.txt'] };
    },
    async 'window.open'({ port }, context) {
      const url = await controls.openWindow(port ?? 0);
      audit.append({ kind: 'window-opened', door: context.door }, 'durable');
      return { url };
    },
    'host.stop'() {
      setImmediate(controls.stop);
      return { stopped: true };
    },
  };
}
