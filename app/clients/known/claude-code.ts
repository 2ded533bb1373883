import type { ClientDefinition } from '../definition.ts';
import { strictJson } from '../formats/json.ts';
import { inPath, installedAt, leftAt } from './evidence.ts';
import { dollarBrace } from './expansions.ts';

/** clients.md §4.2 */
export const claudeCode: ClientDefinition = {
  id: 'claude-code',
  title: 'Claude Code',
  format: strictJson,
  bom: 'accepted',
  keyPath: ['mcpServers'],
  locate: place => {
    const folder = place.env.CLAUDE_CONFIG_DIR;
    return folder
      ? { file: place.join(folder, '.claude.json'), because: 'CLAUDE_CONFIG_DIR is set' }
      : { file: place.join(place.home, '.claude.json'), because: 'the user scope' };
  },
  evidence: place => [
    ...inPath(place, 'claude'),
    ...installedAt(
      place,
      place.platform === 'win32'
        ? [place.join(place.home, '.local', 'bin', 'claude.exe')]
        : [
            place.join(place.home, '.local/bin/claude'),
            place.join(place.home, '.claude/local/claude'),
            '/opt/homebrew/bin/claude',
            '/usr/local/bin/claude',
          ],
    ),
    ...leftAt(place, [claudeCode.locate(place).file]),
  ],
  entry: ({ command, args }) => ({ type: 'stdio', command, args }),
  expands: [dollarBrace],
  afterwards: 'Start Claude Code anew, or use /mcp in a running one.',
  notes: [
    'Claude Code re-prints this file (two blanks, no byte order mark) at nearly every start; the entry survives that.',
    'A managed-mcp.json of your administrator can switch entries of users off.',
  ],
  limits: {
    fullName: 64,
    nameParts: { before: 'mcp__', between: '__' },
    whenTooLong: 'sent as it is',
    tools: null,
    startMs: 30_000,
  },
  /**
   * Seen with 2.1.329 (strace): every write of Claude Code is framed by `mkdir ~/.claude.json.lock` and `rmdir`, of the
   * path as written, links not resolved.
   */
  lockFolder: file => `${file}.lock`,
};
