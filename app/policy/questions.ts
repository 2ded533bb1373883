import { randomBytes } from 'node:crypto';
import { GatehouseError } from '../contract/errors.ts';
import type { QuestionView } from '../contract/views.ts';

/** A server's own question about a call, which the assistant cannot show to the person. */
export type Question = QuestionView;

/** `cancel`: nobody answered, or the call went away; `because` is a sentence without its full stop. */
export type Reply =
  | { readonly action: 'accept'; readonly content: Readonly<Record<string, unknown>>; readonly approver: string }
  | { readonly action: 'decline'; readonly approver: string }
  | { readonly action: 'cancel'; readonly because: string };

export interface Questions {
  /** Asks; settles with the reply, or with `cancel` after `ms` or when `signal` aborts: its reason, a text, is why. */
  ask(question: Omit<Question, 'id' | 'askedAt' | 'expiresAt'>, ms: number, signal: AbortSignal): Promise<Reply>;
  list(): Question[];
  /** Throws `GH_APPROVAL_GONE` when it was answered, expired or withdrawn. */
  get(id: string): Question;
  answer(id: string, reply: Reply): Question;
  onChanged(listener: () => void): () => void;
}

export function createQuestions(now: () => Date): Questions {
  const open = new Map<string, { readonly question: Question; settle(reply: Reply): void }>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const find = (id: string) => {
    const found = open.get(id);
    if (found === undefined) throw new GatehouseError('GH_APPROVAL_GONE', `No question waits under "${id}".`);
    return found;
  };
  return {
    ask(asked, ms, signal) {
      return new Promise(resolve => {
        const late = (): void => settle({ action: 'cancel', because: 'nobody answered in time' });
        const withdraw = (): void => settle({ action: 'cancel', because: String(signal.reason) });
        const id = randomBytes(6).toString('hex');
        const at = now();
        const settle = (reply: Reply): void => {
          if (!open.delete(id)) return;
          clearTimeout(timer);
          signal.removeEventListener('abort', withdraw);
          changed();
          resolve(reply);
        };
        const timer = setTimeout(late, ms);
        signal.addEventListener('abort', withdraw);
        const expiresAt = new Date(at.getTime() + ms).toISOString();
        open.set(id, { question: { id, ...asked, askedAt: at.toISOString(), expiresAt }, settle });
        if (signal.aborted) return withdraw();
        if (ms <= 0) return late();
        changed();
      });
    },
    list: () => [...open.values()].map(({ question }) => question),
    get: id => find(id).question,
    answer(id, reply) {
      const { question, settle } = find(id);
      settle(reply);
      return question;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
