import * as z from 'zod';
import { failure, look, told, waitFor } from '../operations.ts';
import { action, READ_ROLES, timeout, tool } from './shared.ts';

const operationId = z
  .union([z.string().regex(/^[\w-]{1,80}$/), z.int().min(1)])
  .transform(String)
  .describe('as a change answered it: a number, a UUID or flex-…');

/** What the first pause is otherwise. */
const POLL_SECONDS = 4;

export const operations = tool({
  name: 'operations',
  title: 'Operations',
  description:
    'Work that goes on at Cloudways after a call. Its id can be asked for at any time, also after a restart.',
  actions: {
    get_operation_status: action({
      description: 'Shows how far an operation is, and what it found.',
      effect: 'read',
      scopes: READ_ROLES,
      input: { operation_id: operationId },
      run: async ({ operation_id }, call) => told(await look(call, operation_id)),
    }),
    wait_for_operation: action({
      description: 'Waits for the end of an operation, as long as a call may last; then call it again.',
      effect: 'read',
      scopes: READ_ROLES,
      input: {
        operation_id: operationId,
        timeout_s: timeout,
        interval_s: z.int().min(2).max(60).default(5).describe('seconds between looks'),
      },
      async run({ operation_id, timeout_s, interval_s }, call) {
        const seen = await look(call, operation_id);
        if (seen.state === 'failed') throw failure(seen);
        if (seen.state === 'done') return told(seen);
        const pollMs = (call.state.pollMs * interval_s) / POLL_SECONDS;
        return await waitFor({ ...call, state: { ...call.state, pollMs } }, [operation_id], timeout_s);
      },
    }),
  },
});
