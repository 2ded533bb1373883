import * as z from 'zod';
import { reply } from '../api.ts';
import { unknownTenant } from '../customers.ts';
import { type Match, matchOf, termOf } from '../matching.ts';
import { walk } from '../pages.ts';
import type { Finding } from '../rows.ts';
import { latestScan, NO_DATA, SCOPE, SEVERITY, single, TENANT } from './shared.ts';

/** §4.4: at most 5,000 findings are read, the most for a page at a time. */
const PAGE = 200;
const PAGES = 25;
const SHOWN = 10;
const RANKS: readonly string[] = SEVERITY.options;

const input = {
  tenant_id: TENANT,
  search_term: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe('words, such as public access, wildcard, ssh from 0.0.0.0/0; every word must fit'),
  severity: SEVERITY.optional(),
  scope: SCOPE,
  limit: z.int().min(1).max(200).default(30),
};

type Hit = Finding & Omit<Match, 'score'>;

export const searchViolations = single({
  name: 'search_violations',
  title: 'Search violations',
  description:
    'Searches all findings of the latest scan, or of all scans, by what they say and by what was observed. Each match says why it fits.',
  effect: 'read',
  input,
  async run({ tenant_id, search_term, severity, scope, limit }, call) {
    const key = scope === 'all' ? null : await latestScan(call, tenant_id);
    const term = termOf(search_term);
    const hits: { readonly row: Finding; readonly match: Match }[] = [];
    let searched = 0;
    const walked = await walk(call, tenant_id, {
      pages: PAGES,
      size: PAGE,
      take({ rows }) {
        const inScope = rows.filter(row => scope === 'all' || row.snapshot_key === key);
        const asked = inScope.filter(row => severity === undefined || row.severity === severity);
        searched += asked.length;
        for (const row of asked) {
          const match = matchOf(row, term);
          if (match !== undefined) hits.push({ row, match });
        }
        return true;
      },
    });
    const sorted = hits
      .sort((a, b) => b.match.score - a.match.score || rank(a.row) - rank(b.row))
      .map(({ row, match: { matched_in, why } }): Hit => ({ ...row, matched_in, why }));
    const matches = sorted.slice(0, limit);
    const warnings = [
      ...(walked.warning === undefined ? [] : [walked.warning]),
      ...(searched === 0 && severity === undefined ? [NO_DATA, ...(await unknownTenant(call, tenant_id))] : []),
    ];
    return reply(call, summaryOf(search_term, sorted, searched, walked.complete), {
      tenant_id,
      search_term,
      severity: severity ?? null,
      scope,
      snapshot_key: key,
      matches,
      matched: sorted.length,
      searched,
      complete: walked.complete,
      ...(warnings.length > 0 ? { warnings } : {}),
    });
  },
});

function rank({ severity }: Finding): number {
  return RANKS.indexOf(severity);
}

function summaryOf(term: string, hits: readonly Hit[], searched: number, complete: boolean): string {
  const part = complete ? '' : ' Not all findings were read.';
  const lines = hits.slice(0, SHOWN).map(hit => `\n${hit.severity}: ${hit.resource_arn}: ${hit.why.join(', ')}`);
  return `${hits.length} of ${searched} findings match "${term}".${part}${lines.join('')}`;
}
