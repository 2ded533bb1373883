/** One message may have 16 MiB (plus its line end); mcp.md §2.9: collect and join once, never rescan. */
export const MESSAGE_LIMIT = 16 * 1024 * 1024 + 64 * 1024;

export interface LineReader {
  push(chunk: Buffer): void;
}

/**
 * Cuts a byte stream into lines, linear in their length; characters split across chunks cannot be harmed since it works
 * on bytes. A line over `limit` is skipped to its end and reported with its first bytes.
 */
export function createLineReader(
  onLine: (line: Buffer) => void,
  onTooLong: (head: Buffer) => void,
  limit: number = MESSAGE_LIMIT,
): LineReader {
  let parts: Buffer[] = [];
  let size = 0;
  let skipping = false;
  const finish = (last: Buffer): void => {
    if (skipping) {
      skipping = false;
      return;
    }
    let line = last;
    if (parts.length > 0) {
      parts.push(last);
      line = Buffer.concat(parts);
      parts = [];
      size = 0;
    }
    if (line.length > limit) {
      onTooLong(line.subarray(0, 4_096));
      return;
    }
    if (line.length > 0 && line[line.length - 1] === 13) line = line.subarray(0, -1);
    if (line.length > 0) onLine(line);
  };
  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        finish(chunk.subarray(from, end));
        from = end + 1;
      }
      if (from === chunk.length || skipping) return;
      parts.push(from === 0 ? chunk : chunk.subarray(from));
      size += chunk.length - from;
      if (size <= limit) return;
      onTooLong(Buffer.concat(parts).subarray(0, 4_096));
      parts = [];
      size = 0;
      skipping = true;
    },
  };
}
