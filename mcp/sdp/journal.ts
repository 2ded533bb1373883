import { Fault, newEntry, type Trail, type TrailEntry } from '../kit/index.ts';
import type { Ask } from './api.ts';

/** What was asked of the vendor: names of fields and sizes, never their contents (fact sheet §5.5). */
export interface Journal {
  /** A change is about to be sent: it is written down first. Throws `GH_STORE_DOWN`, and it must not be sent then. */
  announce(request: Ask): Promise<void>;
  /** What came of a request, when there was an answer, and when there was none. Never throws: what cannot be written now is written as soon as it can be. */
  note(request: Ask, outcome: Outcome): Promise<void>;
  failed(
    request: Ask,
    fault: { readonly code: string; readonly status: number | undefined },
    ms: number,
  ): Promise<void>;
  readonly trail: Trail;
  /** Outcomes that wait to be written. */
  readonly waiting: number;
}

interface Outcome {
  readonly status: number;
  readonly code: number | undefined;
  readonly ms: number;
}

export const EVENTS = ['api.request', 'api.response', 'api.error', 'api.rate_limited'] as const;

/** What waits is in memory only, so there is an end to it; the oldest go first, and into the log. */
const MOST_WAITING = 5_000;
const AGAIN_MS = 1_000;

export function createJournal(
  trail: Trail,
  now: () => number,
  lost: (entry: TrailEntry, why: string) => void,
): Journal {
  const waiting: TrailEntry[] = [];
  let alarm: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      try {
        await trail.append(next);
      } catch (error) {
        if (error instanceof Fault && error.code === 'GH_STORE_DOWN') throw error;
        // It would be refused for ever, and hold up all that come after it.
        lost(next, String(error));
      }
      if (waiting[0] === next) waiting.shift();
    }
  };
  /** One at a time, so that entries stand in the order in which they happened. */
  const flush = async (): Promise<void> => {
    clearTimeout(alarm);
    flushing ??= write().finally(() => {
      flushing = undefined;
    });
    try {
      await flushing;
    } catch (error) {
      alarm = setTimeout(() => void flush().catch(() => undefined), AGAIN_MS).unref();
      throw error;
    }
  };
  const add = (entry: Omit<TrailEntry, 'id' | 'time'>): Promise<void> => {
    waiting.push(newEntry({ time: now(), ...entry }));
    for (const oldest of waiting.splice(0, waiting.length - MOST_WAITING)) lost(oldest, 'too many wait');
    return flush();
  };

  return {
    trail,
    get waiting() {
      return waiting.length;
    },
    async announce(request) {
      if ((request.method ?? 'GET') === 'GET') return;
      await flush();
      await trail.append(
        newEntry({
          time: now(),
          event: 'api.request',
          result: 'success',
          action: actionOf(request),
          details: contentOf(request),
        }),
      );
    },
    async note(request, { status, code, ms }) {
      const failed = status >= 400 || (code ?? 0) >= 4000;
      await add({
        event: status === 429 ? 'api.rate_limited' : failed ? 'api.error' : 'api.response',
        result: failed ? 'failure' : 'success',
        action: actionOf(request),
        details: {
          status,
          ...(code === undefined ? {} : { error_code: code }),
          duration_ms: ms,
          ...contentOf(request),
        },
      }).catch(() => undefined);
    },
    async failed(request, { code, status }, ms) {
      await add({
        event: 'api.error',
        result: 'error',
        action: actionOf(request),
        details: { status: status ?? 0, error_code: code, duration_ms: ms, ...contentOf(request) },
      }).catch(() => undefined);
    },
  };
}

/** As the sheet has an audit record. */
export function recordOf({ time, event, result, action, details }: TrailEntry) {
  return {
    time: new Date(time).toISOString(),
    event_type: event,
    event_category: event.split('.', 1).join(''),
    result,
    action,
    ...details,
  };
}

function actionOf({ method = 'GET', path }: Ask): string {
  return `${method} ${path}`;
}

function contentOf({ input }: Ask) {
  const fields = Object.values(input ?? {}).flatMap(inner =>
    typeof inner === 'object' && inner !== null ? Object.keys(inner) : [],
  );
  return { fields, bytes: JSON.stringify(input ?? '').length };
}
