import type { Rectangle } from 'electron';

export const SIZE = { width: 1_100, height: 800, minWidth: 420, minHeight: 320 } as const;
/** So much of a window must be on a screen that it can be taken hold of. */
const HOLD = { width: 120, height: 40 } as const;

/**
 * Where the window opens: where it was, made to fit the screen that shows most of it; `undefined` (the system's choice) when
 * it was never open or its screen is gone.
 */
export function fitted(was: Rectangle | undefined, workAreas: readonly Rectangle[]): Rectangle | undefined {
  if (was === undefined) return undefined;
  const [best] = workAreas
    .map(area => ({ area, shown: overlap(was, area) }))
    .filter(({ shown }) => shown.width >= HOLD.width && shown.height >= HOLD.height)
    .sort((a, b) => b.shown.width * b.shown.height - a.shown.width * a.shown.height);
  if (best === undefined) return undefined;
  const { area } = best;
  const width = Math.min(Math.max(was.width, SIZE.minWidth), area.width);
  const height = Math.min(Math.max(was.height, SIZE.minHeight), area.height);
  return {
    width,
    height,
    x: Math.min(Math.max(was.x, area.x), area.x + area.width - width),
    y: Math.min(Math.max(was.y, area.y), area.y + area.height - height),
  };
}

/** Where a small window of this size stands beside the tray's icon (or the pointer, a rectangle of no size), inside the screen. */
export function beside(
  anchor: Rectangle,
  size: { readonly width: number; readonly height: number },
  area: Rectangle,
): Rectangle {
  const below = anchor.y < area.y + area.height / 2;
  const y = below ? anchor.y + anchor.height + 4 : anchor.y - size.height - 4;
  const x = Math.round(anchor.x + anchor.width / 2 - size.width / 2);
  const height = Math.min(size.height, area.height);
  return {
    width: size.width,
    height,
    x: Math.min(Math.max(x, area.x), area.x + area.width - size.width),
    y: Math.min(Math.max(y, area.y), area.y + area.height - height),
  };
}

function overlap(a: Rectangle, b: Rectangle): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)),
  };
}
