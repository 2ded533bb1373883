/** The time as ISO 8601 in milliseconds, printed once for each millisecond: a busy host asks several times in one. */
export function isoClock(now: () => Date): () => string {
  let at = Number.NaN;
  let text = '';
  return () => {
    const time = now();
    if (time.getTime() !== at) {
      at = time.getTime();
      text = time.toISOString();
    }
    return text;
  };
}
