import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { redactText } from '../policy/index.ts';

/** What a server wrote to stderr: one file and its predecessor, each at most `capBytes`, every line redacted before it is kept. */
export interface ServerLog {
  write(chunk: Buffer): void;
  note(text: string): void;
  /** The last `count` lines. */
  tail(count: number): string[];
  onLine(listener: (line: string) => void): () => void;
}

const LINE_LIMIT = 8_192;

export function createServerLog(
  file: string,
  secrets: () => readonly string[],
  now: () => Date,
  capBytes = 1_048_576,
): ServerLog {
  const listeners = new Set<(line: string) => void>();
  let rest = '';
  let size = existsSync(file) ? statSync(file).size : 0;
  const keep = (line: string): void => {
    const text = `${now().toISOString()} ${redactText(line.slice(0, LINE_LIMIT), secrets())}\n`;
    try {
      if (size + text.length > capBytes) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, text, { mode: 0o600 });
      size += Buffer.byteLength(text);
    } catch {
      // a full disk must not stop a server; the history, which may, notices it by itself
    }
    for (const listener of listeners) listener(text.trimEnd());
  };
  return {
    write(chunk) {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = (lines.pop() ?? '').slice(-LINE_LIMIT);
      for (const line of lines) if (line.trim() !== '') keep(line.trimEnd());
    },
    note: keep,
    tail(count) {
      const read = (name: string): string[] =>
        existsSync(name)
          ? readFileSync(name, 'utf8')
              .split('\n')
              .filter(line => line !== '')
          : [];
      const newest = read(file);
      return (newest.length >= count ? newest : [...read(`${file}.1`), ...newest]).slice(-count);
    },
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
