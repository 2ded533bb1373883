import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { AuditQuery } from '../audit/index.ts';
import { GatehouseError } from '../contract/index.ts';
import { concat, parse, print } from '../gateway/index.ts';
import type { Parts } from '../parts.ts';
import { MASK } from '../policy/index.ts';
import type { Context, Handlers } from '../serve/index.ts';
import { downloadsFolder } from '../storage/index.ts';

type Part = Pick<
  Handlers,
  'audit.list' | 'audit.stats' | 'audit.get' | 'audit.repeat' | 'audit.verify' | 'audit.export' | 'audit.prune'
>;

const MOST_BUCKETS = 1_000;

export function historyHandlers(parts: Parts, env: NodeJS.ProcessEnv): Part {
  const { audit, connections, gateway } = parts;
  const get = async (seq: number) => {
    const found = await audit.get(seq);
    if (found === undefined) throw new GatehouseError('GH_NOT_FOUND', `The history has no entry ${seq}.`);
    return found;
  };
  /** Long work tells the door that asked for it, and every window. */
  const telling =
    (task: 'verify' | 'export', context: Context): Context['progress'] =>
    (done, total) => {
      context.progress(done, total);
      parts.emit({ type: 'progress', task, done, total });
    };
  const newFile = (format: 'jsonl' | 'csv'): string => {
    const day = parts.now().toISOString().slice(0, 10);
    for (let n = 1; ; n++) {
      const name = `gatehouse-history-${day}${n === 1 ? '' : `-${n}`}.${format}`;
      const file = join(downloadsFolder(env), name);
      if (!existsSync(file)) return file;
    }
  };
  return {
    'audit.list': query => audit.search(query as AuditQuery),
    'audit.stats'(query) {
      const hours = (Date.parse(query.to) - Date.parse(query.from)) / 3_600_000;
      if (!(hours > 0) || hours / query.bucketHours > MOST_BUCKETS)
        throw new GatehouseError('GH_INVALID_INPUT', `That makes none or more than ${MOST_BUCKETS} buckets.`, {
          hint: 'Give a later end, a shorter time or larger buckets.',
        });
      return audit.counts(query);
    },
    async 'audit.get'({ seq }) {
      const { entry, hash, previous } = await get(seq);
      return { ...entry, chain: { hash, previous, end: audit.head().seq } };
    },
    async 'audit.repeat'({ seq }) {
      const { entry } = await get(seq);
      if (
        entry.kind !== 'intent' ||
        entry.effect !== 'read' ||
        entry.connectionUuid === undefined ||
        entry.tool === undefined
      ) {
        throw new GatehouseError('GH_INVALID_INPUT', 'Only a read call can be repeated.', {
          hint: 'Give the number of an intent with effect read.',
        });
      }
      const args = JSON.stringify(entry.arguments ?? {});
      if (args.includes(MASK) || args.startsWith('{"shortened":true'))
        throw new GatehouseError(
          'GH_INVALID_INPUT',
          'The arguments of that call were masked or shortened, so it cannot be repeated.',
        );
      const { uuid } = connections.get(entry.connectionUuid);
      return new Promise<unknown>((resolve, reject) => {
        const session = gateway.open(
          'gatehouse',
          uuid,
          {
            send(...pieces) {
              const reply = parse(concat(pieces)) as {
                readonly id?: unknown;
                readonly result?: unknown;
                readonly error?: { readonly message: string };
              };
              if (reply.id !== 1) return;
              gateway.close(session);
              if (reply.error === undefined) resolve(reply.result);
              else reject(new GatehouseError('GH_CONFLICT', reply.error.message));
            },
            close: () => undefined,
          },
          { stateless: true },
        );
        const call =
          entry.tool?.includes('/') === true
            ? plainCall(entry.tool, entry.action ?? '')
            : {
                method: 'tools/call',
                params: {
                  name: parts.offerOf(uuid).presentedName(entry.tool ?? '', entry.action ?? ''),
                  arguments: entry.arguments ?? {},
                },
              };
        gateway.receive(session, print({ jsonrpc: '2.0', id: 1, ...call }));
      });
    },
    async 'audit.verify'(_input, context) {
      const verdict = await audit.verify(telling('verify', context));
      audit.append(
        { kind: 'verification', door: context.door, outcome: verdict.ok ? 'ok' : 'error', details: verdict },
        'durable',
      );
      return verdict;
    },
    async 'audit.export'({ file: told, format, query }, context) {
      const file = told ?? newFile(format);
      if (!isAbsolute(file))
        throw new GatehouseError('GH_INVALID_INPUT', 'Give the absolute path of the file to write.');
      const entries = await audit.exportTo(file, format, query as AuditQuery, telling('export', context));
      audit.append({ kind: 'export', door: context.door, details: { file, format, entries } }, 'durable');
      return { file, entries };
    },
    async 'audit.prune'({ before, code }, context) {
      parts.requirePerson(context, code, `remove the history before ${before}`);
      return { pruned: await audit.prune(before) };
    },
  };
}

function plainCall(
  method: string,
  name: string,
): { readonly method: string; readonly params: Readonly<Record<string, unknown>> } {
  return { method, params: method === 'resources/read' ? { uri: name } : { name, arguments: {} } };
}
