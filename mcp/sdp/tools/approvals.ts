import * as z from 'zod';
import { Fault, type Outcome, type Tool } from '../../kit/index.ts';
import { ask, type Item, itemOf, type Sdp, type SdpCall } from '../api.ts';
import { everyRow } from '../lists.ts';
import { PART_SCOPE } from '../unsure.ts';
import { a, email } from '../values.ts';
import { change, type Module, outcomeOf, partId, pathOf, read, recordId } from './shared.ts';

/** §3.5: approved when every level is, rejected when anyone did; the record's own word is unreliable. */
export function overallOf(
  levels: readonly Item[],
  approvals: readonly Item[],
): 'approved' | 'rejected' | 'pending' | 'none' {
  const word = (row: Item): string => String(itemOf(row.status).name ?? '').toLowerCase();
  if (levels.length === 0) return 'none';
  if (approvals.some(one => word(one).startsWith('reject')) || levels.some(one => word(one).startsWith('reject')))
    return 'rejected';
  return levels.every(one => word(one).startsWith('approved')) ? 'approved' : 'pending';
}

async function listApprovals(call: SdpCall, path: string): Promise<Outcome> {
  const levels = await everyRow(call, {
    path: `${path}/approval_levels`,
    keys: ['approval_levels'],
    purpose: 'Listing the levels of approval',
  });
  const found = await Promise.all(
    levels.map(async level => ({
      ...level,
      level: level.level ?? level.level_number,
      approvals: await everyRow(call, {
        path: `${path}/approval_levels/${level.id}/approvals`,
        keys: ['approvals'],
        purpose: 'Listing approvals',
      }),
    })),
  );
  return {
    levels: found,
    overall: overallOf(
      levels,
      found.flatMap(({ approvals }) => approvals),
    ),
  };
}

type Kind = 'list' | 'add' | 'notify' | 'decide' | 'delete';

/** Approvals of a record; `longest`: characters of a comment. */
export function approvals(module: Module, kinds: readonly Kind[], longest: number): Tool<Sdp>['actions'] {
  const { name, scope } = module;
  const parent = { [module.id]: recordId };
  const level = { ...parent, level_id: partId };
  const one = { ...level, approval_id: partId };
  const levelPath = async (call: SdpCall, input: Item): Promise<string> =>
    `${await pathOf(call, module, input)}/approval_levels/${input.level_id}`;
  const approvalPath = async (call: SdpCall, input: Item): Promise<string> =>
    `${await levelPath(call, input)}/approvals/${input.approval_id}`;
  const decide = (description: string, route: 'approve' | 'reject') =>
    change({
      description,
      scope,
      op: 'UPDATE',
      input: { ...one, comments: z.string().max(longest).optional() },
      run: async (input, call) => {
        const { comments } = input as Item;
        const said = await ask(call, {
          method: 'PUT',
          path: `${await approvalPath(call, input)}/${route}`,
          isAction: true,
          input: { approval: comments === undefined ? {} : { comments } },
          purpose: 'Deciding the approval',
        }).catch((error: unknown) => {
          throw notYetSent(error, name);
        });
        return outcomeOf(said, 'approval');
      },
    });
  const remove = (description: string, path: typeof levelPath, input: typeof level | typeof one) =>
    change({
      description,
      scope,
      op: 'DELETE',
      input,
      run: async (given, call) =>
        outcomeOf(
          await ask(call, { method: 'DELETE', path: await path(call, given), purpose: description }),
          'approval',
        ),
    });
  const groups: Readonly<Record<Kind, Tool<Sdp>['actions']>> = {
    list: {
      [`list_${name}_approvals`]: read({
        description: 'Lists levels and approvals, and what they come to.',
        scope,
        input: parent,
        run: async (input, call) => listApprovals(call, await pathOf(call, module, input)),
      }),
    },
    add: {
      [`add_${name}_approval`]: change({
        description: 'Asks for approval: on a new level, or on level_id. Mails nobody.',
        scope,
        op: PART_SCOPE,
        input: { ...parent, approver_emails: z.array(email).min(1).max(20), level_id: partId.optional() },
        run: async (input, call) => addApprovals(call, await pathOf(call, module, input), input),
      }),
    },
    notify: {
      [`send_${name}_approval_notification`]: change({
        description: 'Mails the approver.',
        scope,
        op: 'UPDATE',
        flags: ['contactsPeople'],
        input: { ...one, subject: a.short.schema.optional(), description: a.html.schema.optional() },
        run: async (input, call) => notify(call, `${await approvalPath(call, input)}/send_notification`, input),
      }),
    },
    decide: {
      [`approve_${name}`]: decide('Approves.', 'approve'),
      [`reject_${name}`]: decide('Rejects.', 'reject'),
    },
    delete: {
      [`delete_${name}_approval`]: remove('Deletes an approval.', approvalPath, one),
      [`delete_${name}_approval_level`]: remove('Deletes a level.', levelPath, level),
    },
  };
  return Object.assign({}, ...kinds.map(kind => groups[kind]));
}

/** An empty level is refused, so a new one comes with its approvers (§3.3). */
async function addApprovals(call: SdpCall, path: string, input: Item): Promise<Outcome> {
  const emails = Array.isArray(input.approver_emails)
    ? input.approver_emails.map(email => String(email).toLowerCase())
    : [];
  const people = emails.map(email_id => ({ approver: { email_id } }));
  const purpose = 'Asking for approval';
  if (input.level_id === undefined) {
    const payload = { approval_level: { approvals: people } };
    return outcomeOf(
      await ask(call, { method: 'POST', path: `${path}/approval_levels`, input: payload, purpose }),
      'approval_level',
    );
  }
  const added: unknown[] = [];
  for (const approval of people) {
    const target = `${path}/approval_levels/${input.level_id}/approvals`;
    const { body } = await ask(call, { method: 'POST', path: target, input: { approval }, purpose });
    added.push(body.approval);
  }
  return { approvals: added };
}

/** The vendor's own words unless others are given. */
async function notify(call: SdpCall, path: string, input: Item): Promise<Outcome> {
  const purpose = 'Mailing the approver';
  const { body } = await ask(call, { path, purpose });
  const draft = itemOf(body.notification);
  const notification = {
    subject: input.subject ?? draft.subject,
    description: input.description ?? draft.description,
  };
  return outcomeOf(await ask(call, { method: 'PUT', path, input: { notification }, purpose }), 'notification');
}

function notYetSent(error: unknown, name: string): unknown {
  if (!(error instanceof Fault) || !/not yet sent/i.test(error.details ?? '')) return error;
  return new Fault(error.code, error.message, {
    hint: `The approver was not mailed yet: send_${name}_approval_notification first, which mails a real person.`,
    ...(error.status === undefined ? {} : { status: error.status }),
    fields: error.fields,
    cause: error,
  });
}
