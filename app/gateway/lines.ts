import { fromChars, type WireText } from './wire-text.ts';

/** One message may have 16 MiB (plus its line end); mcp.md §2.9: collect and join once, never rescan. */
export const MESSAGE_LIMIT = 16 * 1024 * 1024 + 64 * 1024;
const HEAD = 4_096;
const LINE_END = 10;

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
  /** Of a line that goes on; decoded in one piece, since a string of many costs more than its bytes. */
  let parts: Buffer[] = [];
  let size = 0;
  let skipping = false;
  const joined = (last: Buffer): string => {
    const whole = Buffer.concat([...parts, last]).toString('latin1');
    parts = [];
    size = 0;
    return whole;
  };
  const finish = (line: string): void => {
    if (line.length > limit) return onTooLong(fromChars(line.slice(0, HEAD)));
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text !== '') onLine(fromChars(text));
  };
  return {
    push(bytes) {
      let from = bytes.indexOf(LINE_END) + 1;
      if (from > 0 && skipping) skipping = false;
      else if (from > 0 && parts.length > 0) finish(joined(bytes.subarray(0, from - 1)));
      else from = 0;
      if (skipping || from === bytes.length) return;
      const end = bytes.lastIndexOf(LINE_END) + 1;
      if (end > from) {
        const lines = bytes.toString('latin1', from, end);
        let start = 0;
        for (let at = lines.indexOf('\n'); at !== -1; at = lines.indexOf('\n', start)) {
          finish(lines.slice(start, at));
          start = at + 1;
        }
      }
      const rest = bytes.subarray(Math.max(from, end));
      if (rest.length === 0) return;
      parts.push(rest);
      size += rest.length;
      if (size <= limit) return;
      onTooLong(fromChars(joined(rest.subarray(0, 0)).slice(0, HEAD)));
      skipping = true;
    },
  };
}
