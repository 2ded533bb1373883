import { posix, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Place } from './definition.ts';
import { definition } from './scratch.fixture.ts';

/** A machine that has just these files and folders. */
function place(
  platform: 'darwin' | 'win32' | 'linux',
  paths: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Place {
  const path = platform === 'win32' ? win32 : posix;
  const home = { darwin: '/Users/José', win32: 'C:\\Users\\José', linux: '/home/josé' }[platform];
  const inside = (folder: string): string[] =>
    paths.filter(known => known.startsWith(folder + path.sep)).map(known => known.slice(folder.length + 1));
  return {
    platform,
    env,
    home,
    join: (...parts) => path.join(...parts),
    exists: wanted => paths.includes(wanted) || inside(wanted).length > 0,
    names: folder => [...new Set(inside(folder).map(rest => rest.split(path.sep)[0] ?? ''))].sort(),
    program: name => paths.find(known => path.basename(known).replace(/\.exe$/, '') === name),
  };
}

const fileOf = (client: string, on: Place): string => definition(client).locate(on).file;
const kinds = (client: string, on: Place): readonly string[] =>
  definition(client)
    .evidence(on)
    .map(({ kind }) => kind);

describe('where the file is', () => {
  const MAC = '/Users/José';
  const WIN = 'C:\\Users\\José';
  const LINUX = '/home/josé';
  it.each([
    ['claude-desktop', 'darwin', `${MAC}/Library/Application Support/Claude/claude_desktop_config.json`],
    ['claude-desktop', 'win32', `${WIN}\\AppData\\Roaming\\Claude\\claude_desktop_config.json`],
    ['claude-desktop', 'linux', `${LINUX}/.config/Claude/claude_desktop_config.json`],
    ['claude-code', 'darwin', `${MAC}/.claude.json`],
    ['claude-code', 'win32', `${WIN}\\.claude.json`],
    ['claude-code', 'linux', `${LINUX}/.claude.json`],
    ['cursor', 'darwin', `${MAC}/.cursor/mcp.json`],
    ['cursor', 'win32', `${WIN}\\.cursor\\mcp.json`],
    ['cursor', 'linux', `${LINUX}/.cursor/mcp.json`],
    ['gemini-cli', 'darwin', `${MAC}/.gemini/settings.json`],
    ['gemini-cli', 'win32', `${WIN}\\.gemini\\settings.json`],
    ['gemini-cli', 'linux', `${LINUX}/.gemini/settings.json`],
    ['vscode', 'darwin', `${MAC}/Library/Application Support/Code/User/mcp.json`],
    ['vscode', 'win32', `${WIN}\\AppData\\Roaming\\Code\\User\\mcp.json`],
    ['vscode', 'linux', `${LINUX}/.config/Code/User/mcp.json`],
    ['vscode-insiders', 'darwin', `${MAC}/Library/Application Support/Code - Insiders/User/mcp.json`],
    ['vscode-insiders', 'win32', `${WIN}\\AppData\\Roaming\\Code - Insiders\\User\\mcp.json`],
    ['vscode-insiders', 'linux', `${LINUX}/.config/Code - Insiders/User/mcp.json`],
  ] as const)('of %s on %s', (client, platform, file) => {
    expect(fileOf(client, place(platform))).toBe(file);
  });

  it('follows the variables that move it', () => {
    expect(fileOf('vscode', place('linux', [], { XDG_CONFIG_HOME: '/cfg' }))).toBe('/cfg/Code/User/mcp.json');
    expect(fileOf('vscode', place('linux', [], { XDG_CONFIG_HOME: 'relative' }))).toBe(
      '/home/josé/.config/Code/User/mcp.json',
    );
    expect(fileOf('claude-desktop', place('win32', [], { APPDATA: 'D:\\Roaming' }))).toBe(
      'D:\\Roaming\\Claude\\claude_desktop_config.json',
    );
    expect(fileOf('claude-code', place('darwin', [], { CLAUDE_CONFIG_DIR: '/x' }))).toBe('/x/.claude.json');
  });

  it('is the redirected one when Claude Desktop is a Windows package', () => {
    const packages = 'D:\\Local\\Packages';
    const one = place('win32', [`${packages}\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\x`], {
      LOCALAPPDATA: 'D:\\Local',
    });
    expect(definition('claude-desktop').locate(one)).toMatchObject({
      file: `${packages}\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`,
      because: expect.stringContaining('Windows package'),
      others: ['C:\\Users\\José\\AppData\\Roaming\\Claude\\claude_desktop_config.json'],
    });
    expect(kinds('claude-desktop', one)).toEqual(['program']);
    const rest = place('win32', [
      `${packages}\\Claude_x\\Settings\\y`,
      `${packages}\\ClaudeOther_x\\LocalCache\\Roaming\\z`,
    ]);
    expect(fileOf('claude-desktop', rest)).toContain('AppData\\Roaming\\Claude');
    const two = place(
      'win32',
      ['Claude_a', 'Claude_b'].map(name => `${packages}\\${name}\\LocalCache\\Roaming\\x`),
      { LOCALAPPDATA: 'D:\\Local' },
    );
    expect(() => fileOf('claude-desktop', two)).toThrow(
      expect.objectContaining({ code: 'GH_CLIENT_SEVERAL', message: expect.stringContaining('Claude_a, ') }),
    );
  });

  it('names the files of other profiles of VS Code', () => {
    const user = '/home/josé/.config/Code/User';
    const on = place('linux', [`${user}/profiles/-1a/mcp.json`, `${user}/profiles/2b/settings.json`]);
    expect(definition('vscode').locate(on).others).toEqual([`${user}/profiles/-1a/mcp.json`]);
  });
});

describe('what speaks for a client', () => {
  it.each([
    ['claude-desktop', 'darwin', '/Applications/Claude.app', 'program'],
    [
      'claude-desktop',
      'darwin',
      '/Users/José/Library/Application Support/Claude/claude_desktop_config.json',
      'settings',
    ],
    ['claude-desktop', 'win32', 'C:\\Users\\José\\AppData\\Local\\AnthropicClaude', 'program'],
    ['claude-desktop', 'linux', '/usr/share/applications/claude-desktop.desktop', 'program'],
    ['claude-code', 'darwin', '/opt/homebrew/bin/claude', 'program'],
    ['claude-code', 'win32', 'C:\\Users\\José\\.local\\bin\\claude.exe', 'program'],
    ['claude-code', 'linux', '/home/josé/.claude.json', 'settings'],
    ['cursor', 'darwin', '/Users/José/Applications/Cursor.app', 'program'],
    ['cursor', 'win32', 'C:\\Users\\José\\AppData\\Local\\Programs\\cursor\\Cursor.exe', 'program'],
    ['cursor', 'linux', '/home/josé/.cursor', 'settings'],
    ['gemini-cli', 'linux', '/usr/bin/gemini', 'program'],
    ['vscode', 'darwin', '/Applications/Visual Studio Code.app', 'program'],
    ['vscode', 'win32', 'C:\\Users\\José\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe', 'program'],
    ['vscode', 'win32', 'C:\\Program Files\\Microsoft VS Code\\Code.exe', 'program'],
    ['vscode-insiders', 'linux', '/snap/bin/code-insiders', 'program'],
  ] as const)('%s on %s: %s is a %s', (client, platform, path, kind) => {
    expect(kinds(client, place(platform, [path]))).toContain(kind);
    expect(kinds(client, place(platform))).toEqual([]);
  });
});
