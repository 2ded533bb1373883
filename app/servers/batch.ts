import type { Writable } from 'node:stream';

/**
 * A `write` that gathers what one turn of the event loop writes and hands it over as one piece: a system call for each
 * message would cost more than everything else that happens to it. The text has one character for each byte.
 * Returns the stream's own hint about pressure.
 */
export function batchedWrite(stream: Writable): (text: string) => boolean {
  let gathered = '';
  const hand = (): void => {
    const whole = gathered;
    gathered = '';
    stream.write(whole, 'latin1');
  };
  return text => {
    if (gathered === '') process.nextTick(hand);
    gathered += text;
    return !stream.writableNeedDrain;
  };
}
