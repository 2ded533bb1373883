import * as z from 'zod';
import { Fault } from '../../kit/index.ts';
import { reply, type ThanosCall } from '../api.ts';
import { unknownTenant } from '../customers.ts';
import { walk } from '../pages.ts';
import { countBy, type Finding } from '../rows.ts';
import { latestScan, NO_DATA, SCOPE, SEVERITY, single, TENANT, TYPE } from './shared.ts';

/** §2.2. */
const PAGES = 20;
const PAGE = 100;
const SHOWN = 10;

/**
 * Where a listing goes on: the platform's cursor of a page, how many matches of that page were given already, and the scan that
 * the listing is about, so that a scan in between does not mix in.
 */
const position = z.object({ u: z.string().nullable(), s: z.int().min(0), k: z.string().nullable() });
type Position = z.output<typeof position>;

const input = {
  tenant_id: TENANT,
  severity: SEVERITY.optional(),
  resource_type: TYPE.optional(),
  scope: SCOPE,
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(2_000).optional().describe('from the last answer, with the same arguments'),
};
type Input = z.output<z.ZodObject<typeof input>>;

export const getFindings = single({
  name: 'get_findings',
  title: 'Findings',
  description: 'Lists findings (violations) of the latest scan, or of all scans, by severity and type, in pages.',
  effect: 'read',
  input,
  async run(given, call) {
    const { tenant_id, scope } = given;
    const from = given.cursor === undefined ? undefined : positionOf(given.cursor);
    const key = scope === 'all' ? null : (from?.k ?? (await latestScan(call, tenant_id)));
    const read = await collect(call, given, key, from);
    const { findings, cursor } = read;
    const nothing = findings.length === 0 && from === undefined && (scope === 'latest' ? key === null : read.complete);
    const warnings = [
      ...(read.warning === undefined ? [] : [read.warning]),
      ...(nothing ? [NO_DATA, ...(await unknownTenant(call, tenant_id))] : []),
    ];
    return reply(call, summaryOf(given, findings, read.complete), {
      tenant_id,
      scope,
      snapshot_key: key,
      findings,
      returned: findings.length,
      by_severity: countBy(findings, row => row.severity),
      pages_read: read.pages,
      complete: read.complete,
      cursor,
      ...(warnings.length > 0 ? { warnings } : {}),
    });
  },
});

async function collect(call: ThanosCall, given: Input, key: string | null, from: Position | undefined) {
  const findings: Finding[] = [];
  let cut: Position | undefined;
  let skip = from?.s ?? 0;
  const walked = await walk(call, given.tenant_id, {
    pages: PAGES,
    size: PAGE,
    from: from?.u ?? undefined,
    take(page) {
      const matching = page.rows.filter(row => wanted(row, given, key));
      const room = given.limit - findings.length;
      const taken = matching.slice(skip, skip + room);
      findings.push(...taken);
      if (matching.length > skip + room) cut = { u: page.cursor ?? null, s: skip + taken.length, k: key };
      skip = 0;
      return cut === undefined && findings.length < given.limit;
    },
  });
  const next = walked.next === undefined ? undefined : { u: walked.next, s: 0, k: key };
  const position = cut ?? next;
  return {
    findings,
    cursor: position === undefined ? null : cursorOf(position),
    complete: position === undefined,
    pages: walked.pagesRead,
    warning: walked.warning,
  };
}

/** The platform ignores both filters (§2.2), so they are applied here. */
function wanted(row: Finding, { scope, severity, resource_type }: Input, key: string | null): boolean {
  return (
    (scope === 'all' || row.snapshot_key === key) &&
    (severity === undefined || row.severity === severity) &&
    (resource_type === undefined || row.resource_type === resource_type)
  );
}

function cursorOf(at: Position): string {
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}

function positionOf(cursor: string): Position {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw new Fault('GH_INVALID_INPUT', 'cursor: this is no cursor of get_findings.', { cause: error });
  }
}

function summaryOf({ tenant_id, scope }: Input, findings: readonly Finding[], complete: boolean): string {
  const of = scope === 'all' ? 'of all scans' : 'of the latest scan';
  const rest = complete ? '' : ' There are more: call again with cursor.';
  const lines = findings.slice(0, SHOWN).map(row => `\n${row.severity}: ${row.resource_arn}: ${row.message}`);
  return `${findings.length} findings of ${tenant_id} ${of}.${rest}${lines.join('')}`;
}
