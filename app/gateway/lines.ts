import { fromChars, type WireText } from './wire-text.ts';

/** One message may have 16 MiB (plus its line end); mcp.md §2.9: collect and join once, never rescan. */
export const MESSAGE_LIMIT = 16 * 1024 * 1024 + 64 * 1024;
const HEAD = 4_096;

export interface LineReader {
  push(chunk: Buffer): void;
}

/**
 * Cuts a byte stream into lines, linear in their length; characters split across chunks cannot be harmed since it works
 * on bytes. A line over `limit` is skipped to its end and reported with its first bytes.
 */
export function createLineReader(
  onLine: (line: WireText) => void,
  onTooLong: (head: WireText) => void,
  limit: number = MESSAGE_LIMIT,
): LineReader {
  let parts: string[] = [];
  let size = 0;
  let skipping = false;
  const joined = (): string => {
    const whole = parts.join('');
    parts = [];
    size = 0;
    return whole;
  };
  const finish = (last: string): void => {
    if (skipping) {
      skipping = false;
      return;
    }
    let line = last;
    if (parts.length > 0) {
      parts.push(last);
      line = joined();
    }
    if (line.length > limit) return onTooLong(fromChars(line.slice(0, HEAD)));
    if (line.endsWith('\r')) line = line.slice(0, -1);
    if (line !== '') onLine(fromChars(line));
  };
  return {
    push(bytes) {
      const chunk = bytes.toString('latin1');
      let from = 0;
      for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
        finish(chunk.slice(from, end));
        from = end + 1;
      }
      if (from === chunk.length || skipping) return;
      parts.push(chunk.slice(from));
      size += chunk.length - from;
      if (size <= limit) return;
      onTooLong(fromChars(joined().slice(0, HEAD)));
      skipping = true;
    },
  };
}
