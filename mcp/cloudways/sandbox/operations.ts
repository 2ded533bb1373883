import { stableId } from '../../kit/sandbox.ts';
import { Denied } from './requests.ts';
import type { CloudwaysSwitches } from './switches.ts';

/** Work that takes its time (§8.2). */
export interface Work {
  /** The vendor's word for it. */
  readonly type: string;
  /** How long it takes at 1× speed. */
  readonly seconds: number;
  readonly server: string;
  readonly app?: string;
  /** It only reads: it takes no lock, and its result stands in `parameters`. */
  readonly reads?: boolean;
  /** Happens at its end; the result of a read. Text as its failure, where it fails. */
  end?(): { readonly parameters?: unknown; readonly failure?: string } | undefined;
}

interface Operation extends Work {
  readonly id: string;
  readonly startedAt: number;
  readonly endsAt: number;
  state: '0' | '1' | '-1';
  message: string;
  parameters?: unknown;
}

export interface Operations {
  /** The id as the vendor would write it: number, numeric text, UUID or `flex-…` (§2.3). Refuses 422 while the server is busy. */
  start(work: Work): string | number;
  /** As `GET /operation/{id}` answers it. */
  read(id: string): Record<string, unknown>;
  running(server: string): boolean;
  /** Ends what is due. */
  settle(): void;
}

const KEPT_MS = 24 * 60 * 60 * 1000;
const FORMS = ['number', 'text', 'uuid', 'flex'] as const;

export function createOperations(now: () => number, switches: () => CloudwaysSwitches): Operations {
  const all = new Map<string, Operation>();
  let count = 0;

  const newId = (): string | number => {
    count += 1;
    const wanted = switches().operationIds;
    const form = wanted === 'cycle' ? FORMS[count % FORMS.length] : wanted;
    const number = 801_232 + count;
    if (form === 'number') return number;
    if (form === 'uuid') return stableId('cloudways', 'operation', count);
    return form === 'flex' ? `flex-${70_012_344 + count}` : String(number);
  };
  const settle = (): void => {
    const due = [...all.values()].filter(({ state, endsAt }) => state === '0' && endsAt <= now());
    for (const operation of due.sort((a, b) => a.endsAt - b.endsAt)) {
      const failure = switches().failOperations;
      const ended = failure === null ? operation.end?.() : { failure };
      operation.state = ended?.failure === undefined ? '1' : '-1';
      operation.message = ended?.failure ?? 'Completed';
      operation.parameters = ended?.parameters;
    }
    for (const [id, { endsAt }] of all) if (endsAt + KEPT_MS < now()) all.delete(id);
  };
  const busyWith = (server: string): Operation | undefined =>
    [...all.values()].find(operation => operation.server === server && operation.state === '0' && !operation.reads);

  const present = (operation: Operation): Record<string, unknown> => {
    const { id, type, server, app = '0', state, startedAt, endsAt } = operation;
    const part = (now() - startedAt) / (endsAt - startedAt);
    const running = part < 0.25 ? 'Process is initiated' : 'Process is in progress';
    const status = state === '0' ? running : state === '1' ? 'Completed' : 'Failed';
    return {
      id,
      type,
      server_id: server,
      app_id: app,
      estimated_time_remaining: state === '0' ? String(Math.ceil((endsAt - now()) / 60_000)) : '0',
      frontend_step_number: state === '0' ? '1' : '4',
      status,
      is_completed: state,
      message: state === '0' ? status : operation.message,
    };
  };

  return {
    settle,
    running: server => busyWith(server) !== undefined,
    start(work) {
      settle();
      const busy = work.reads === true ? undefined : busyWith(work.server);
      if (busy !== undefined) {
        const { app_id: _app, message: _message, frontend_step_number: _step, ...operation } = present(busy);
        throw new Denied(422, { message: 'An operation is already in progress for this server.', operation });
      }
      const id = newId();
      all.set(String(id), {
        ...work,
        id: String(id),
        startedAt: now(),
        endsAt: now() + (work.seconds * 1_000) / switches().speed,
        state: '0',
        message: '',
      });
      return id;
    },
    read(id) {
      settle();
      const operation = all.get(id);
      if (operation === undefined) throw new Denied(422, { status: false, message: 'Operation not found.' });
      const shown = present(operation);
      if (operation.parameters === undefined) return { operation: shown };
      const { readsSayFalse, restorePoints, brokenParameters } = switches();
      const inData = operation.type === 'app_restore_points' && restorePoints === 'data';
      const text = JSON.stringify(operation.parameters);
      const result = inData
        ? { data: operation.parameters }
        : { parameters: brokenParameters ? text.slice(0, text.length / 2) : text };
      return { status: !readsSayFalse, operation: { ...shown, ...result } };
    },
  };
}
