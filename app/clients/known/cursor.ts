import type { ClientDefinition } from '../definition.ts';
import { strictJson } from '../formats/json.ts';
import { base64 } from '../links.ts';
import { localAppFolder } from '../place.ts';
import { inPath, installedAt, leftAt, macApp } from './evidence.ts';
import { dollarBrace } from './expansions.ts';

/** clients.md §4.3 */
export const cursor: ClientDefinition = {
  id: 'cursor',
  title: 'Cursor',
  format: strictJson,
  bom: 'accepted',
  keyPath: ['mcpServers'],
  locate: place => ({
    file: place.join(place.home, '.cursor', 'mcp.json'),
    because: 'the global file; a project has its own .cursor/mcp.json, which wins for equal names',
  }),
  evidence: place => [
    ...macApp(place, 'Cursor'),
    ...(place.platform === 'win32'
      ? installedAt(place, [place.join(localAppFolder(place), 'Programs', 'cursor', 'Cursor.exe')])
      : []),
    ...inPath(place, 'cursor'),
    ...leftAt(place, [place.join(place.home, '.cursor')]),
  ],
  entry: ({ command, args }) => ({ command, args }),
  expands: [dollarBrace],
  afterwards: 'Look at Settings → MCP in Cursor: the new server may still have to be switched on there.',
  notes: ['Cursor keeps the on/off state of a server itself, not in the file.'],
  limits: {
    fullName: 60,
    nameParts: { before: '', between: '' },
    whenTooLong: 'left out',
    tools: 40,
    startMs: null,
  },
  link: (name, entry) =>
    `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(base64(JSON.stringify(entry)))}`,
};
