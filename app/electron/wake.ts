import type { Net, PowerMonitor } from 'electron';

const LOOK_MS = 5_000;
/** A network is rarely up at the moment that the system wakes. */
const SETTLE_MS = 2_000;

/** Tells when the system woke or its network came back: what was heard before it may no longer be true. Returns how to stop. */
export function onWake(
  power: Pick<PowerMonitor, 'on'>,
  net: Pick<Net, 'isOnline'>,
  tell: () => void,
  timing = { lookMs: LOOK_MS, settleMs: SETTLE_MS },
): () => void {
  let online = net.isOnline();
  let settling: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(settling);
    settling = setTimeout(tell, timing.settleMs);
  };
  power.on('resume', later);
  // The main process gets no event for it.
  const look = setInterval(() => {
    const now = net.isOnline();
    if (now && !online) later();
    online = now;
  }, timing.lookMs);
  look.unref();
  return () => {
    clearInterval(look);
    clearTimeout(settling);
  };
}
