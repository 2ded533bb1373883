import { type RefObject, useLayoutEffect, useState } from 'react';

/** Rows of one height: only those near the screen are in the page, however long the list. */
export const ROW = 38;
const MARGIN = 15;

/** The range of rows to draw, from the place of their container on the page. */
export function useVisible(
  container: RefObject<HTMLElement | null>,
  rows: number,
): readonly [first: number, end: number] {
  const [range, setRange] = useState<readonly [number, number]>([0, 60]);
  useLayoutEffect(() => {
    const look = (): void => {
      const top = container.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / ROW) - MARGIN);
      const end = Math.min(rows, Math.ceil((innerHeight - top) / ROW) + MARGIN);
      setRange(old => (old[0] === first && old[1] === end ? old : [first, end]));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [container, rows]);
  return range;
}
