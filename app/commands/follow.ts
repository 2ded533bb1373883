import { once } from 'node:events';
import { GatehouseError } from '../contract/index.ts';
import type { HostLine } from './connect.ts';
import type { Output } from './output.ts';

/** As many as the host gives: lines that are told and were read already are known by them. */
const LINES = 5_000;

/**
 * Prints the last `count` lines of a connection's log, then each line as it is written, until SIGINT or SIGTERM or until nobody reads.
 * As JSON, each line is `{"time","line"}`. The host tells lines as it keeps them: redacted, and whatever happens to the file.
 * Throws `GH_NOT_FOUND`, and `GH_HOST_DOWN` when the host ends.
 */
export async function followLog(host: HostLine, id: string, count: number, out: Output): Promise<void> {
  const print = (text: string): void => {
    const at = text.indexOf(' ');
    out.line(out.json ? JSON.stringify({ time: text.slice(0, at), line: text.slice(at + 1) }) : text);
  };
  const stop = new AbortController();
  const over = Promise.race([
    ...['SIGINT', 'SIGTERM'].map(name => once(process, name, { signal: stop.signal })),
    once(process.stdout, 'error', { signal: stop.signal }),
    host.closed.then(() => {
      throw new GatehouseError('GH_HOST_DOWN', 'The host ended.');
    }),
  ]);
  over.catch(() => undefined);
  try {
    const connection = (await host.call('connections.list', {})).find(one => one.id === id);
    const early: string[] = [];
    let show = (lines: readonly string[]): void => void early.push(...lines);
    host.watch(event => {
      if (event.type === 'log' && event.connection === connection?.uuid) show(event.lines);
    });
    const read = await host.call('connections.logs', { id, lines: LINES });
    for (const line of read.slice(-count)) print(line);
    // They are told a moment after they are kept, so some come a second time; each begins with its time.
    const known = new Set(read);
    show = lines => {
      for (const line of lines) if (!known.has(line)) print(line);
    };
    show(early);
    await over;
  } finally {
    stop.abort();
  }
}
