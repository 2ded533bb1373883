import { type ApprovalView, type EntryView, GatehouseError } from '../contract/index.ts';
import type { Parts } from '../parts.ts';
import { type Approval, checkAnswers } from '../policy/index.ts';
import type { Handlers } from '../serve/index.ts';

type Part = Pick<
  Handlers,
  | 'pause'
  | 'resume'
  | 'approvals.list'
  | 'approvals.allow'
  | 'approvals.deny'
  | 'approvals.similar'
  | 'questions.list'
  | 'questions.answer'
  | 'code.current'
>;

export function policyHandlers(parts: Parts): Part {
  const { approvals, questions, audit, settings } = parts;

  const pause = (paused: boolean, door: string, approver: string): { readonly paused: boolean } => {
    settings.set('paused', paused);
    audit.append({ kind: paused ? 'paused' : 'resumed', door, approver }, 'durable');
    parts.emit({ type: 'paused', paused });
    return { paused };
  };

  /** The last call of the same connection, tool and action that went through. */
  const similar = async (approval: Approval): Promise<EntryView | undefined> => {
    const { connection, tool, action } = approval;
    const last = async (kind: 'intent' | 'approval'): Promise<number> => {
      const facets = { kind, connection, tool, action, decision: 'allow' };
      const [found] = await audit.search({ facets, before: approval.call, limit: 1 });
      return (kind === 'intent' ? found?.seq : found?.call) ?? 0;
    };
    const found = await audit.get(Math.max(...(await Promise.all([last('intent'), last('approval')]))));
    return found?.entry;
  };

  return {
    pause: (_input, context) => pause(true, context.door, context.door),
    resume: ({ code }, context) => pause(false, context.door, parts.requirePerson(context, code, 'resume')),

    'approvals.list': () => approvals.list().map(approvalView),
    'approvals.allow'({ id, minutes, code }, context) {
      const waiting = approvals.list().find(approval => approval.id === id);
      if (waiting === undefined) throw new GatehouseError('GH_APPROVAL_GONE', `No call waits under "${id}".`);
      const approver = parts.requirePerson(
        context,
        code,
        `allow ${waiting.tool}/${waiting.action} on ${waiting.connection}`,
      );
      if (minutes !== undefined && (waiting.effect === 'destructive' || waiting.flags.length > 0)) {
        throw new GatehouseError('GH_INVALID_INPUT', 'A destructive or flagged action is allowed one call at a time.');
      }
      const until =
        minutes === undefined ? {} : { until: new Date(parts.now().getTime() + minutes * 60_000).toISOString() };
      return approvalView(approvals.answer(id, { verdict: 'allow', approver, ...until }));
    },
    'approvals.deny': ({ id, reason }, context) =>
      approvalView(approvals.answer(id, { verdict: 'deny', approver: context.door, reason })),
    async 'approvals.similar'({ id }) {
      const waiting = approvals.list().find(approval => approval.id === id);
      if (waiting === undefined) throw new GatehouseError('GH_APPROVAL_GONE', `No call waits under "${id}".`);
      const found = await similar(waiting);
      if (found === undefined) return { similar: null };
      return {
        similar: { seq: found.seq, time: found.time, client: found.client ?? '', arguments: found.arguments ?? {} },
      };
    },

    'questions.list': () => questions.list(),
    'questions.answer'({ id, action, content, code }, context) {
      const { fields, tool, connection } = questions.get(id);
      if (action === 'decline') return questions.answer(id, { action, approver: context.door });
      const checked = checkAnswers(fields, content);
      // A server asks before it does something: saying yes to it is as good as approving.
      const approver = parts.requirePerson(context, code, `answer what ${tool} on ${connection} asks`);
      return questions.answer(id, { action, content: checked, approver });
    },
    'code.current'(_input, context) {
      if (context.door !== 'window')
        throw new GatehouseError('GH_CODE_NEEDED', 'The code is shown in the window only.');
      return parts.codes.current();
    },
  };
}

export function approvalView(approval: Approval): ApprovalView {
  const { connectionUuid: _uuid, ...view } = approval;
  return view;
}
