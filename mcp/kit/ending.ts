/** In ms. */
const END_MS = 500;

/**
 * Ends this process by letting it run out of things to wait for: `process.exit` may wait for ever for a thread of V8 that waits for
 * it (seen with Node 24.21, in `WorkerThreadsTaskRunner::Shutdown`), and then nobody is left who would end it.
 */
export function endSoon(): void {
  process.stdin.destroy();
  cutOffLater();
}

/** What still holds this process up after half a second is cut off by a signal, which waits for nobody. */
export function cutOffLater(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), END_MS).unref();
}
