import { expect, it } from 'vitest';
import { autostartEntry } from './login.ts';

const execOf = (launcher: string): string => /^Exec=(.*)$/m.exec(autostartEntry(launcher))?.[1] ?? '';

it('the autostart entry starts the app hidden, whatever its path looks like', () => {
  expect(execOf('/opt/Gatehouse/gatehouse-app')).toBe('"/opt/Gatehouse/gatehouse-app" --hidden');
  expect(execOf('/home/a b/Gatehouse.AppImage')).toBe('"/home/a b/Gatehouse.AppImage" --hidden');
  // A reserved character is escaped within quotes, and the backslash once more as in any string of a desktop entry.
  expect(execOf('/x/$HOME`id`"/%f')).toBe('"/x/\\\\$HOME\\\\`id\\\\`\\\\"/%%f" --hidden');
});

it('a line break in a path makes no second key', () => {
  expect(() => autostartEntry('/x\nExec=/bin/sh')).toThrow('line break');
});
