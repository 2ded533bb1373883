import { GatehouseError } from '../../contract/errors.ts';
import type { ClientDefinition, Location, Place } from '../definition.ts';
import { strictJson } from '../formats/json.ts';
import { appFolder, localAppFolder } from '../place.ts';
import { inPath, installedAt, leftAt, macApp } from './evidence.ts';
import { perhapsDollar } from './expansions.ts';

/** clients.md §4.1 */
export const claudeDesktop: ClientDefinition = {
  id: 'claude-desktop',
  title: 'Claude Desktop',
  format: strictJson,
  bom: 'fatal',
  keyPath: ['mcpServers'],
  locate,
  evidence: place => [
    ...macApp(place, 'Claude'),
    ...packages(place).map(folder => ({ kind: 'program' as const, says: `${folder} is installed` })),
    ...(place.platform === 'win32' ? installedAt(place, [place.join(localAppFolder(place), 'AnthropicClaude')]) : []),
    ...(place.platform === 'linux'
      ? [
          ...inPath(place, 'claude-desktop'),
          ...installedAt(place, [
            '/usr/share/applications/claude-desktop.desktop',
            place.join(place.home, '.local/share/applications/claude-desktop.desktop'),
          ]),
        ]
      : []),
    ...leftAt(place, [place.join(appFolder(place), 'Claude', FILE)]),
  ],
  entry: ({ command, args }) => ({ command, args }),
  expands: [perhapsDollar],
  afterwards:
    'Quit Claude Desktop completely (closing the window leaves it in the tray), then start it again: it reads the file only at start.',
  notes: [
    'A running Claude Desktop may write its own old copy of the file back and drop the entry. Quit it first, look again afterwards, or install the .mcpb bundle, which lasts.',
  ],
  limits: {
    fullName: null,
    nameParts: { before: '', between: '' },
    whenTooLong: 'unknown',
    tools: null,
    startMs: null,
  },
  bundles: true,
};

const FILE = 'claude_desktop_config.json';

function locate(place: Place): Location {
  const documented = place.join(appFolder(place), 'Claude', FILE);
  const inPackages = packages(place);
  const [only, ...more] = inPackages;
  if (only === undefined) return { file: documented, because: 'the documented place' };
  if (more.length > 0) {
    throw new GatehouseError(
      'GH_CLIENT_SEVERAL',
      `Several packages of Claude Desktop are installed: ${inPackages.join(', ')}.`,
    );
  }
  return {
    file: place.join(only, 'LocalCache', 'Roaming', 'Claude', FILE),
    because: 'Claude Desktop is installed as a Windows package, which reads its own copy of the folder',
    others: [documented],
  };
}

/** The MSIX package redirects `%APPDATA%`; its suffix is not to be relied on. */
function packages(place: Place): readonly string[] {
  if (place.platform !== 'win32') return [];
  const folder = place.join(localAppFolder(place), 'Packages');
  return place
    .names(folder)
    .filter(name => name.startsWith('Claude_') && place.exists(place.join(folder, name, 'LocalCache', 'Roaming')))
    .map(name => place.join(folder, name));
}
