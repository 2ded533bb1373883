import type { ClientDefinition, Place } from '../definition.ts';
import { jsonc } from '../formats/json.ts';
import { appFolder, localAppFolder } from '../place.ts';
import { inPath, installedAt, leftAt, macApp } from './evidence.ts';
import { dollarBrace } from './expansions.ts';

interface Build {
  readonly id: string;
  readonly title: string;
  readonly folder: string;
  readonly macName: string;
  readonly windowsName: string;
  readonly windowsProgram: string;
  readonly program: string;
  readonly scheme: string;
}

export const vscode = build({
  id: 'vscode',
  title: 'VS Code',
  folder: 'Code',
  macName: 'Visual Studio Code',
  windowsName: 'Microsoft VS Code',
  windowsProgram: 'Code.exe',
  program: 'code',
  scheme: 'vscode',
});

export const vscodeInsiders = build({
  id: 'vscode-insiders',
  title: 'VS Code Insiders',
  folder: 'Code - Insiders',
  macName: 'Visual Studio Code - Insiders',
  windowsName: 'Microsoft VS Code Insiders',
  windowsProgram: 'Code - Insiders.exe',
  program: 'code-insiders',
  scheme: 'vscode-insiders',
});

/** clients.md §4.4 */
function build(of: Build): ClientDefinition {
  const user = (place: Place): string => place.join(appFolder(place), of.folder, 'User');
  return {
    id: of.id,
    title: of.title,
    format: jsonc,
    bom: 'accepted',
    keyPath: ['servers'],
    locate: place => {
      const profiles = place.join(user(place), 'profiles');
      return {
        file: place.join(user(place), 'mcp.json'),
        because: 'the file of the default profile',
        others: place
          .names(profiles)
          .map(name => place.join(profiles, name, 'mcp.json'))
          .filter(file => place.exists(file)),
      };
    },
    evidence: place => [
      ...macApp(place, of.macName),
      ...(place.platform === 'win32'
        ? installedAt(
            place,
            [place.join(localAppFolder(place), 'Programs'), place.env.ProgramFiles ?? 'C:\\Program Files'].map(folder =>
              place.join(folder, of.windowsName, of.windowsProgram),
            ),
          )
        : []),
      ...inPath(place, of.program),
      ...leftAt(place, [user(place)]),
    ],
    entry: ({ command, args }) => ({ type: 'stdio', command, args }),
    expands: [dollarBrace],
    afterwards: `${of.title} notices the change; start the server in the list of MCP servers if it does not start by itself.`,
    notes: [
      'Every profile but the default one has a file of its own.',
      'With chat.mcp.discovery.enabled the servers of other assistants are shown as well: the same name then stands there twice.',
      'Policies of an organisation (chat.mcp.access) can forbid the server.',
    ],
    limits: {
      fullName: null,
      nameParts: { before: '', between: '' },
      whenTooLong: 'unknown',
      tools: null,
      startMs: null,
    },
    link: (name, entry) => `${of.scheme}:mcp/install?${encodeURIComponent(JSON.stringify({ name, ...entry }))}`,
  };
}
