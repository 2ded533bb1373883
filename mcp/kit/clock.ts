/**
 * Milliseconds since 1970 that never run slower than time itself: a clock that is set back, or a wrong time zone, moves
 * nothing, and the time for which the machine slept counts. For deciding whether something has expired.
 */
export function steadyClock(now: () => number, elapsed: () => number = () => performance.now()): () => number {
  const [began, from] = [now(), elapsed()];
  return () => began + Math.max(now() - began, elapsed() - from);
}
