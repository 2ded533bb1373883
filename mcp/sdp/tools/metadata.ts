import * as z from 'zod';
import { KINDS, lookup, metainfo } from '../lookups.ts';
import { partId, read, tool, word } from './shared.ts';

/** One tool, as in the fact sheet (§3.10): its name is that of its only action. */
export const metadata = tool({
  name: 'get_metadata',
  title: 'Choices of this site',
  description:
    'Lists what a field may be at this site (kept for ten minutes), or with kind metainfo the fields of a module with user-defined ones.',
  actions: {
    get_metadata: read({
      description: 'Lists what a field may be.',
      scope: ['setup', 'requests'],
      input: {
        kind: z.enum(KINDS as unknown as [string, ...string[]]),
        parent_id: partId.optional().describe('category of a subcategory, subcategory of an item'),
        query: word.optional().describe('part of the name'),
        module: z.enum(['requests', 'problems', 'changes', 'projects', 'assets', 'solutions']).default('requests'),
        fresh: z.boolean().default(false).describe('ask anew'),
      },
      async run({ kind, parent_id, query, module, fresh }, call) {
        if (kind === 'metainfo') return { ...(await metainfo(call, module)) };
        const rows = await lookup(call, { kind, parent: parent_id, fresh });
        const low = query?.toLowerCase() ?? '';
        return { kind, items: rows.filter(({ name }) => String(name).toLowerCase().includes(low)) };
      },
    }),
  },
});
