import type { ClientDefinition } from '../definition.ts';
import { jsonWithComments } from '../formats/json.ts';
import { inPath, leftAt } from './evidence.ts';
import { dollarBrace, dollarName, percentName } from './expansions.ts';

/** clients.md §4.8 */
export const geminiCli: ClientDefinition = {
  id: 'gemini-cli',
  title: 'Gemini CLI',
  format: jsonWithComments,
  bom: 'fatal',
  keyPath: ['mcpServers'],
  locate: place => ({ file: place.join(place.home, '.gemini', 'settings.json'), because: 'the settings of the user' }),
  evidence: place => [...inPath(place, 'gemini'), ...leftAt(place, [place.join(place.home, '.gemini')])],
  entry: ({ command, args }) => ({ command, args }),
  expands: [dollarBrace, dollarName, percentName],
  afterwards: 'Start Gemini CLI anew.',
  notes: [
    'In a folder that is not trusted Gemini CLI switches servers of the user off, too: a server shown as "Disabled" is not broken.',
    'The settings mcp.allowed and mcp.excluded may hide the server.',
    'Tool names over 63 characters are cut in the middle.',
  ],
  limits: {
    fullName: 63,
    nameParts: { before: 'mcp_', between: '_' },
    whenTooLong: 'cut',
    tools: null,
    startMs: 5_000,
  },
};
