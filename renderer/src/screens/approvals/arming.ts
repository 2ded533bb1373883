import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** A card can be answered only after it has stood still in sight for this long. */
export const ARM_MS = 700;

/**
 * Whether a click or key can be meant for this card. It is not while the card has just appeared, has just moved (the one
 * above it was answered) or the window has just come to the front: what was pressed then was pressed for something else.
 */
export function useArmed(card: RefObject<HTMLElement | null>): {
  readonly armed: boolean;
  readonly ready: () => boolean;
} {
  const [armed, setArmed] = useState(false);
  const since = useRef(Number.POSITIVE_INFINITY);
  const ready = useCallback(() => performance.now() - since.current >= ARM_MS, []);
  useEffect(() => {
    let timer = 0;
    let place = Number.NaN;
    const rest = (): void => {
      since.current = performance.now();
      setArmed(false);
      clearTimeout(timer);
      timer = window.setTimeout(() => setArmed(true), ARM_MS);
    };
    const look = (): void => {
      const now = card.current === null ? Number.NaN : card.current.getBoundingClientRect().top + scrollY;
      if (now === place) return;
      place = now;
      rest();
    };
    // Before the next frame is painted, whatever above it grew, shrank or went.
    const layout = new ResizeObserver(look);
    layout.observe(document.body);
    look();
    addEventListener('focus', rest);
    document.addEventListener('visibilitychange', rest);
    return () => {
      clearTimeout(timer);
      layout.disconnect();
      removeEventListener('focus', rest);
      document.removeEventListener('visibilitychange', rest);
    };
  }, [card]);
  return { armed, ready };
}
