import { execFile } from 'node:child_process';

/**
 * Whether an icon in the tray can be seen. Always on macOS and Windows; on Linux only where a StatusNotifier host runs (plain
 * GNOME has none), and Electron does not tell: so the session bus is asked. No answer counts as no.
 */
export function trayIsVisible(platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true);
  const args = [
    ...['call', '--session', '--timeout', '1', '--dest', 'org.kde.StatusNotifierWatcher'],
    ...['--object-path', '/StatusNotifierWatcher', '--method', 'org.freedesktop.DBus.Properties.Get'],
    ...['org.kde.StatusNotifierWatcher', 'IsStatusNotifierHostRegistered'],
  ];
  return new Promise(resolve => {
    execFile('gdbus', args, { timeout: 2_000 }, (error, stdout) => resolve(error === null && stdout.includes('true')));
  });
}
