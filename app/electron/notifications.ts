import type { Notification, NotificationConstructorOptions } from 'electron';
import type { ApprovalView, QuestionView } from '../contract/index.ts';
import type { AppState } from './state.ts';
import type { AppWords } from './words.ts';

/** Longer arguments are looked at in the window. */
const ARGUMENTS_SHOWN = 140;

/**
 * One notification for each thing that waits, gone when it is answered. "Allow once" stands on it only where all that the
 * person must know fits in: not for what destroys, is flagged, or has long arguments. A click, and any button that is not
 * known, opens the pop-over.
 */
export function createNotifications(deps: {
  readonly supported: () => boolean;
  readonly create: (options: NotificationConstructorOptions) => Notification;
  readonly words: () => AppWords;
  readonly locked: () => boolean;
  readonly allow: (id: string) => Promise<unknown>;
  readonly deny: (id: string) => Promise<unknown>;
  readonly look: () => void;
  readonly failed: (title: string, text: string) => void;
}): { show(state: AppState): void; end(): void } {
  const shown = new Map<string, Notification>();

  const open = (id: string, notification: Notification): void => {
    shown.set(id, notification);
    notification.on('click', deps.look);
    notification.show();
  };
  const askFor = (approval: ApprovalView): void => {
    const words = deps.words();
    const locked = deps.locked();
    const text = argumentsOf(approval);
    const allowable =
      !locked && approval.effect !== 'destructive' && approval.flags.length === 0 && text.length <= ARGUMENTS_SHOWN;
    const deeds = locked ? [] : [...(allowable ? (['allow'] as const) : []), 'deny' as const];
    const notification = deps.create({
      title: words.wants(approval.client, `${approval.tool}/${approval.action}`),
      // Whoever walks past a locked screen reads no arguments.
      body: locked
        ? words.locked
        : [`${words.on(approval.connection)} – ${words.effects[approval.effect]}`, ...(allowable ? [text] : [])].join(
            '\n',
          ),
      urgency: 'critical',
      timeoutType: 'never',
      actions: deeds.map(deed => ({ type: 'button', text: deed === 'allow' ? words.allowOnce : words.deny })),
    });
    notification.on('action', details => {
      const deed = deeds[details.actionIndex];
      if (deed === undefined) return deps.look();
      // The screen may have been locked since it was shown.
      if (deed === 'allow' && deps.locked()) return deps.failed(words.notAllowedLocked, words.locked);
      const done = deed === 'allow' ? deps.allow(approval.id) : deps.deny(approval.id);
      done.catch((error: unknown) =>
        deps.failed(words.notAnswered, error instanceof Error ? error.message : String(error)),
      );
    });
    open(approval.id, notification);
  };
  const tellOf = (question: QuestionView): void => {
    const words = deps.words();
    open(
      question.id,
      deps.create({
        title: words.asks(question.connection),
        body: deps.locked() ? words.locked : words.wants(question.client, `${question.tool}/${question.action}`),
        urgency: 'critical',
        timeoutType: 'never',
      }),
    );
  };

  return {
    show({ approvals, questions }) {
      const waiting = new Set([...approvals, ...questions].map(({ id }) => id));
      for (const [id, notification] of shown) {
        if (waiting.has(id)) continue;
        shown.delete(id);
        notification.close();
      }
      if (!deps.supported()) return;
      for (const approval of approvals) if (!shown.has(approval.id)) askFor(approval);
      for (const question of questions) if (!shown.has(question.id)) tellOf(question);
    },
    end() {
      for (const notification of shown.values()) notification.close();
      shown.clear();
    },
  };
}

/** The host has masked what is secret. */
function argumentsOf({ arguments: given }: ApprovalView): string {
  if (typeof given !== 'object' || given === null) return String(given ?? '');
  return Object.entries(given)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
