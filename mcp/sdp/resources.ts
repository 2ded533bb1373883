import type { Resource } from '../kit/index.ts';
import type { Sdp } from './api.ts';
import { lookup } from './lookups.ts';

const KINDS = ['status', 'priority', 'category', 'group', 'template', 'closure_code'];

export const resources: readonly Resource<Sdp>[] = [
  {
    uri: 'sdp://site/choices',
    name: 'site_choices',
    title: 'Names that this site uses',
    description: 'Statuses, priorities, categories, groups, templates and closure codes, in one page.',
    mimeType: 'text/markdown',
    async read(call) {
      const parts = await Promise.all(
        KINDS.map(async kind => {
          const names = (await lookup(call, { kind }).catch(() => [])).map(({ name }) => `* ${name}`);
          return `## ${kind}\n\n${names.join('\n') || 'not readable with this credential'}`;
        }),
      );
      return `# ServiceDesk Plus\n\n${parts.join('\n\n')}\n`;
    },
  },
];
