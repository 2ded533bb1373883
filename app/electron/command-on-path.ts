/**
 * The `gatehouse` command for terminals, installed from the menu: a small script in the home that runs the current runtime, and a way for the shell to find it.
 * deb and rpm bring their own link (build/resources/after-install.tpl).
 */
import { execFile } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type CommandState, GatehouseError } from '../contract/index.ts';

export interface CommandDeps {
  readonly platform: NodeJS.Platform;
  /** Gatehouse's home: the command's script lies in it, beside the runtime. */
  readonly home: string;
  readonly userFolder: string;
  /** As a terminal of the person has it. */
  readonly path: string;
  /** Where a package puts its link, and what it leads to. */
  readonly packaged?: { readonly link: string; readonly target: string };
  /** The user's own PATH in the registry; only asked on Windows. */
  readonly userPath?: { read(): Promise<string>; write(path: string): Promise<void> };
}

export interface CommandOnPath {
  state(): Promise<CommandState>;
  /** Throws `GH_COMMAND_TAKEN` and changes nothing when the name is somebody else's. */
  install(): Promise<CommandState>;
  /** Removes only what is ours. */
  remove(): Promise<CommandState>;
}

export function commandOnPath(deps: CommandDeps): CommandOnPath {
  return deps.platform === 'win32' ? folderOnPath(deps) : linkOnPath(deps);
}

/** On Windows the script's folder is put on the user's PATH: links need a privilege there. */
function folderOnPath({ home, userPath = registryPath }: CommandDeps): CommandOnPath {
  const folder = join(home, 'bin');
  const where = join(folder, 'gatehouse.cmd');
  const isOurs = (entry: string): boolean => entry.replace(/[\\/]+$/, '').toLowerCase() === folder.toLowerCase();
  const entries = async (): Promise<readonly string[]> =>
    (await userPath.read()).split(';').filter(entry => entry !== '');
  const state = async (): Promise<CommandState> => {
    const onPath = (await entries()).some(isOurs);
    return { state: onPath && isThere(where) ? 'installed' : 'absent', where, onPath };
  };
  return {
    state,
    async install() {
      mkdirSync(folder, { recursive: true });
      writeFileSync(where, '@"%~dp0..\\runtime\\current\\node.exe" "%~dp0..\\runtime\\current\\gatehouse.js" %*\r\n');
      const before = await entries();
      if (!before.some(isOurs)) await userPath.write([...before, folder].join(';'));
      return state();
    },
    async remove() {
      const before = await entries();
      if (before.some(isOurs)) await userPath.write(before.filter(entry => !isOurs(entry)).join(';'));
      rmSync(where, { force: true });
      return state();
    },
  };
}

/** Elsewhere a link in `~/.local/bin`, which needs no administrator. */
function linkOnPath({ home, userFolder, path, packaged }: CommandDeps): CommandOnPath {
  const script = join(home, 'bin', 'gatehouse');
  const where = join(userFolder, '.local', 'bin', 'gatehouse');
  const state = (): CommandState => {
    if (packaged !== undefined && isThere(packaged.link) && linkOf(packaged.link) === packaged.target)
      return { state: 'package', where: packaged.link, onPath: true };
    const onPath = path.split(delimiter).includes(dirname(where));
    if (!isThere(where)) return { state: 'absent', where, onPath };
    return { state: linkOf(where) === script ? 'installed' : 'taken', where, onPath };
  };
  return {
    state: async () => state(),
    async install() {
      const before = state();
      if (before.state === 'package') return before;
      if (before.state === 'taken')
        throw new GatehouseError('GH_COMMAND_TAKEN', `${where} is there already and is not ours.`);
      mkdirSync(dirname(script), { recursive: true });
      mkdirSync(dirname(where), { recursive: true });
      const runtime = join(home, 'runtime', 'current');
      writeFileSync(
        script,
        `#!/bin/sh\nexec ${quoted(join(runtime, 'node'))} ${quoted(join(runtime, 'gatehouse.js'))} "$@"\n`,
      );
      chmodSync(script, 0o755);
      if (!isThere(where)) symlinkSync(script, where);
      return state();
    },
    async remove() {
      const before = state();
      if (before.state === 'package') return before;
      if (before.state === 'installed') rmSync(where);
      rmSync(script, { force: true });
      return state();
    },
  };
}

const run = promisify(execFile);
const QUIET = ['-NoProfile', '-NonInteractive', '-Command'];

/**
 * Read and written through PowerShell: `setx` cuts at 1,024 characters. The entry's kind is kept, so that variables in it stay variables; running programs are
 * told by setting a variable of no meaning, which .NET announces.
 */
const registryPath = {
  async read(): Promise<string> {
    const { stdout } = await run('powershell.exe', [
      ...QUIET,
      "[Console]::OutputEncoding=[Text.Encoding]::UTF8; (Get-Item HKCU:\\Environment).GetValue('Path','','DoNotExpandEnvironmentNames')",
    ]);
    return stdout.trim();
  },
  async write(path: string): Promise<void> {
    await run(
      'powershell.exe',
      [
        ...QUIET,
        "Set-ItemProperty HKCU:\\Environment Path $env:GATEHOUSE_NEW_PATH -Type ExpandString; [Environment]::SetEnvironmentVariable('GATEHOUSE_PATH_CHANGED',$null,'User')",
      ],
      { env: { ...process.env, GATEHOUSE_NEW_PATH: path } },
    );
  },
};

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** Also a link that leads nowhere is there. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function linkOf(path: string): string | undefined {
  return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
}
