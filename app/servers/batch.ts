import type { Writable } from 'node:stream';

/** To put a larger piece together with others it would be copied. */
const LARGE = 16_384;

/**
 * A `write` that gathers what one turn of the event loop writes and hands it over as one piece: a system call for each
 * message would cost more than everything else that happens to it. The text has one character for each byte.
 * Returns the stream's own hint about pressure.
 */
export function batchedWrite(stream: Writable): (text: string) => boolean {
  let pieces: string[] = [];
  let gathered = '';
  const hand = (): void => {
    const whole = gathered === '' ? pieces : [...pieces, gathered];
    pieces = [];
    gathered = '';
    if (whole.length > 1) stream.cork();
    for (const piece of whole) stream.write(piece, 'latin1');
    stream.uncork();
  };
  return text => {
    if (gathered === '' && pieces.length === 0) process.nextTick(hand);
    if (text.length < LARGE) gathered += text;
    else {
      if (gathered !== '') pieces.push(gathered);
      pieces.push(text);
      gathered = '';
    }
    return !stream.writableNeedDrain;
  };
}
