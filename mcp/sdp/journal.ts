import type { Ask } from './api.ts';

/** What was asked of the vendor lately: names of fields and sizes, never their contents (fact sheet §5.5). In memory. */
export interface Journal {
  note(
    request: Ask,
    outcome: { readonly status: number; readonly code: number | undefined; readonly ms: number },
  ): void;
  /** Newest first. */
  readonly entries: readonly JournalEntry[];
}

interface JournalEntry {
  readonly time: string;
  readonly event_type: 'api.response' | 'api.error' | 'api.rate_limited';
  readonly event_category: 'api';
  readonly result: 'success' | 'failure';
  readonly action: string;
  readonly status: number;
  readonly error_code: number | undefined;
  readonly duration_ms: number;
  readonly fields: readonly string[];
  readonly bytes: number;
}

const KEPT = 500;

export function createJournal(now: () => number): Journal {
  const entries: JournalEntry[] = [];
  return {
    entries,
    note(request, { status, code, ms }) {
      const failed = status >= 400 || (code ?? 0) >= 4000;
      entries.unshift({
        time: new Date(now()).toISOString(),
        event_type: status === 429 ? 'api.rate_limited' : failed ? 'api.error' : 'api.response',
        event_category: 'api',
        result: failed ? 'failure' : 'success',
        action: `${request.method ?? 'GET'} ${request.path}`,
        status,
        error_code: code,
        duration_ms: ms,
        fields: fieldsOf(request.input),
        bytes: JSON.stringify(request.input ?? '').length,
      });
      entries.splice(KEPT);
    },
  };
}

function fieldsOf(input: Ask['input']): string[] {
  return Object.values(input ?? {}).flatMap(inner =>
    typeof inner === 'object' && inner !== null ? Object.keys(inner) : [],
  );
}
