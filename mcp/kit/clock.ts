/**
 * Milliseconds since 1970 at first, and then onwards, never back and never slower than time itself: a clock that is set back
 * moves nothing, one that is set ahead moves it once, and the time for which the machine slept counts. For deciding whether
 * something has expired.
 */
export function steadyClock(now: () => number, elapsed: () => number = () => performance.now()): () => number {
  let [time, wall, passed] = [now(), now(), elapsed()];
  return () => {
    const [newWall, newPassed] = [now(), elapsed()];
    time += Math.max(newWall - wall, newPassed - passed);
    [wall, passed] = [newWall, newPassed];
    return time;
  };
}
