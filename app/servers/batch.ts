import type { Writable } from 'node:stream';

/**
 * A `write` that gathers what one turn of the event loop writes and hands it over as one piece: a system call for each
 * message would cost more than everything else that happens to it. Returns the stream's own hint about pressure.
 */
export function batchedWrite(stream: Writable): (chunk: Buffer) => boolean {
  let pieces: Buffer[] = [];
  const hand = (): void => {
    const [first] = pieces;
    const whole = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    pieces = [];
    stream.write(whole);
  };
  return chunk => {
    pieces.push(chunk);
    if (pieces.length === 1) process.nextTick(hand);
    return !stream.writableNeedDrain;
  };
}
