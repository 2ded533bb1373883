import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { commandOnPath } from './command-on-path.ts';

let user: string;
let home: string;

/** A home with a runtime that says how it was called, in a folder whose name a shell could misunderstand. */
beforeEach(() => {
  user = mkdtempSync(join(tmpdir(), 'gatehouse-command-'));
  onTestFinished(() => rmSync(user, { recursive: true, force: true }));
  home = join(user, "it's a $HOME");
  mkdirSync(join(home, 'runtime', '1.0.0'), { recursive: true });
  symlinkSync('1.0.0', join(home, 'runtime', 'current'));
  symlinkSync(process.execPath, join(home, 'runtime', '1.0.0', 'node'));
  writeFileSync(join(home, 'runtime', '1.0.0', 'gatehouse.js'), 'console.log(JSON.stringify(process.argv.slice(2)))');
});

const unix = (path = `/usr/bin:${join(user, '.local', 'bin')}`) =>
  commandOnPath({ platform: 'linux', home, userFolder: user, path });

test('[command-on-path] the installed command is found on PATH, passes its arguments on, and is gone when it is removed', async () => {
  const where = join(user, '.local', 'bin', 'gatehouse');
  expect(await unix().state()).toEqual({ state: 'absent', where, onPath: true });
  expect(await unix().install()).toEqual({ state: 'installed', where, onPath: true });
  const args = ['connections', 'list', 'a b', '$HOME', "it's"];
  expect(JSON.parse(execFileSync(where, args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } }))).toEqual(args);
  expect(await unix().install(), 'a second time is no harm').toMatchObject({ state: 'installed' });
  expect(await unix().remove()).toEqual({ state: 'absent', where, onPath: true });
  expect(existsSync(join(home, 'bin', 'gatehouse'))).toBe(false);
});

test('[command-on-path] where a terminal would not look it says so', async () => {
  expect(await unix('/usr/bin').install()).toMatchObject({ state: 'installed', onPath: false });
});

test('[command-on-path] a file of somebody else’s under the name is neither replaced nor removed', async () => {
  const where = join(user, '.local', 'bin', 'gatehouse');
  mkdirSync(join(where, '..'), { recursive: true });
  writeFileSync(where, 'mine');
  chmodSync(where, 0o755);
  await expect(unix().install()).rejects.toMatchObject({ code: 'GH_COMMAND_TAKEN' });
  expect(await unix().remove()).toMatchObject({ state: 'taken' });
  expect(readFileSync(where, 'utf8')).toBe('mine');
  rmSync(where);
  symlinkSync('/somewhere/else', where);
  await expect(unix().install()).rejects.toMatchObject({ code: 'GH_COMMAND_TAKEN' });
  expect(lstatSync(where).isSymbolicLink()).toBe(true);
});

test('[command-on-path] where the package has brought the command, nothing is added and nothing taken away', async () => {
  const packaged = { link: join(user, 'usr-bin-gatehouse'), target: '/opt/Gatehouse/resources/bin/gatehouse' };
  symlinkSync(packaged.target, packaged.link);
  const command = commandOnPath({ platform: 'linux', home, userFolder: user, path: '/usr/bin', packaged });
  const said = { state: 'package', where: packaged.link, onPath: true };
  expect([await command.state(), await command.install(), await command.remove()]).toEqual([said, said, said]);
  expect(existsSync(join(user, '.local'))).toBe(false);
  expect(lstatSync(packaged.link).isSymbolicLink()).toBe(true);
});

test('[command-on-path] on Windows the folder of the command joins the user’s PATH once, and leaves the rest of it as it was', async () => {
  let path = '%USERPROFILE%\\bin;C:\\Tools;';
  const userPath = {
    read: () => Promise.resolve(path),
    write: (next: string) => {
      path = next;
      return Promise.resolve();
    },
  };
  const windows = commandOnPath({ platform: 'win32', home, userFolder: user, path: '', userPath });
  const folder = join(home, 'bin');
  expect(await windows.state()).toMatchObject({ state: 'absent', onPath: false });
  await windows.install();
  expect(await windows.install()).toEqual({ state: 'installed', where: join(folder, 'gatehouse.cmd'), onPath: true });
  expect(path).toBe(`%USERPROFILE%\\bin;C:\\Tools;${folder}`);
  expect(readFileSync(join(folder, 'gatehouse.cmd'), 'utf8')).toBe(
    '@"%~dp0..\\runtime\\current\\node.exe" "%~dp0..\\runtime\\current\\gatehouse.js" %*\r\n',
  );
  expect(await windows.remove()).toMatchObject({ state: 'absent', onPath: false });
  expect(path).toBe('%USERPROFILE%\\bin;C:\\Tools');
});
