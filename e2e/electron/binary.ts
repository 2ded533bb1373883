import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The real Electron, where somebody put it: installing the packages does not download it. */
export function electronBinary(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const name = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[String(process.platform)];
  const file = join(
    env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist'),
    name ?? 'electron',
  );
  return existsSync(file) ? file : undefined;
}
