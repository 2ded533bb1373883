import * as z from 'zod';
import { definesFor } from '../../kit/index.ts';
import { type Dpod, getRows, uuid } from '../api.ts';
import { billingRange } from '../dates.ts';
import { AO, SP, SV } from '../scopes.ts';

const { action, tool } = definesFor<Dpod>();
/** Characters of a billing report that an assistant is given. */
const CSV_LIMIT = 400_000;

export const reports = tool({
  name: 'manage_reports',
  title: 'Reports',
  description: 'What is in use, and what it is billed for.',
  actions: {
    get_service_summary: action({
      description: 'Counts services by tenant and type.',
      effect: 'read',
      scopes: [SP, AO, SV],
      input: {},
      async run(_input, call) {
        const rows = await getRows(call, '/v1/service_instances/summary', 'Reading the summary');
        return {
          summary: rows,
          total_services: rows.reduce((sum, row) => sum + Number(row.count ?? 0), 0),
          rows: rows.length,
        };
      },
    }),
    get_usage_billing: action({
      description: 'The billing report as CSV: one line for each service instance.',
      effect: 'read',
      scopes: [SP, AO],
      input: {
        start_date: z.string().min(8).max(40).describe('YYYY-MM-DD'),
        end_date: z
          .string()
          .min(8)
          .max(40)
          .describe('YYYY-MM-DD, at most 31 days later; months that are over are complete'),
        tenant_id: uuid.optional(),
        short_code: z.string().max(50).optional().describe('type of service'),
      },
      async run(input, call) {
        const range = billingRange(input.start_date, input.end_date);
        const answer = await call.http.send({
          path: '/v1/service_instances/usageBillingReport',
          query: { ...range, tenantId: input.tenant_id, shortCode: input.short_code },
          headers: { accept: 'text/csv, application/json' },
          purpose: 'Reading the billing report',
        });
        const csv = answer.text;
        const cut = csv.length > CSV_LIMIT ? csv.slice(0, csv.lastIndexOf('\n', CSV_LIMIT) + 1) : csv;
        return {
          report_type: 'usage_billing',
          start_date: range.startDate,
          end_date: range.endDate,
          csv_content: cut,
          content_length: csv.length,
          message: `${Math.max(0, csv.trim().split('\n').length - 1)} lines.`,
          ...(cut.length < csv.length
            ? { truncated: true, note: 'Narrow it by tenant_id or short_code to see the rest.' }
            : {}),
        };
      },
    }),
  },
});
