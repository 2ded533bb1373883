import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One MCP client that counts time: newline JSON to a process and back. All times in ms. */
export interface Driver {
  readonly child: ChildProcess;
  /** From spawn to the answer of `initialize`. */
  readonly startMs: number;
  call(method: string, params: object): Promise<string>;
  /** Durations of `count` calls one after the other. */
  sequence(count: number, params: object): Promise<number[]>;
  /** Calls a second with `width` in flight, and how many answers were wrong. */
  flood(count: number, width: number): Promise<{ readonly perSecond: number; readonly wrong: number }>;
  end(): Promise<void>;
}

const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
};

export async function drive(command: string, args: readonly string[]): Promise<Driver> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' });
  const waiting = new Map<number, (line: string) => void>();
  const pieces: Buffer[] = [];
  let next = 1;
  child.stdout.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...pieces.splice(0), chunk.subarray(from, end)]).toString('utf8');
      from = end + 1;
      const id = Number(/"id":(\d+)/.exec(line.length > 4_096 ? line.slice(0, 100) + line.slice(-100) : line)?.[1]);
      const answered = waiting.get(id);
      waiting.delete(id);
      answered?.(line);
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
  });
  const call = (method: string, params: object): Promise<string> =>
    new Promise(resolve => {
      const id = next++;
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  await call('initialize', INITIALIZE);
  const startMs = performance.now() - began;
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    child,
    startMs,
    call,
    async sequence(count, params) {
      const times: number[] = [];
      for (let n = 0; n < count; n++) {
        const at = performance.now();
        await call('tools/call', params);
        times.push(performance.now() - at);
      }
      return times;
    },
    async flood(count, width) {
      let wrong = 0;
      let sent = 0;
      const began = performance.now();
      const lane = async (): Promise<void> => {
        while (sent < count) {
          const text = `word-${sent++}-`;
          const line = await call('tools/call', { name: 'echo', arguments: { text } });
          if (!line.includes(`"${text}"`)) wrong += 1;
        }
      };
      await Promise.all(Array.from({ length: width }, lane));
      return { perSecond: count / ((performance.now() - began) / 1_000), wrong };
    },
    async end() {
      child.stdin.end();
      await new Promise(resolve => child.once('exit', resolve));
    },
  };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Proportional set size in MB (10^6 bytes). Linux only. */
export function pssOf(pid: number): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return (Number(found?.[1]) * 1_024) / 1e6;
}

/** Processor time that a process has used, in ms. Linux only. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
