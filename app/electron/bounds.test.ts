import { expect, it } from 'vitest';
import { beside, fitted } from './bounds.ts';

const area = { x: 0, y: 25, width: 1_440, height: 875 };
const second = { x: 1_440, y: 0, width: 1_000, height: 700 };

it('a window opens where it was', () => {
  const was = { x: 1_500, y: 50, width: 800, height: 600 };
  expect(fitted(was, [area, second])).toEqual(was);
});

it('one that hangs over an edge, is too large or too small is made to fit', () => {
  expect(fitted({ x: -300, y: 0, width: 800, height: 600 }, [area])).toEqual({ x: 0, y: 25, width: 800, height: 600 });
  expect(fitted({ x: 0, y: 25, width: 5_000, height: 5_000 }, [area])).toEqual(area);
  expect(fitted({ x: 10, y: 30, width: 200, height: 100 }, [area])).toMatchObject({ width: 420, height: 320 });
});

it('it goes to the screen that shows most of it', () => {
  expect(fitted({ x: 1_300, y: 50, width: 800, height: 600 }, [area, second])?.x).toBe(1_440);
});

it('where its screen is gone, or it was never open, the system chooses', () => {
  expect(fitted({ x: 3_000, y: 50, width: 800, height: 600 }, [area, second])).toBeUndefined();
  expect(fitted({ x: 1_430, y: 890, width: 800, height: 600 }, [area])).toBeUndefined();
  expect(fitted(undefined, [area])).toBeUndefined();
});

it('the pop-over stands below a bar at the top and above one at the bottom, always inside the screen', () => {
  const size = { width: 400, height: 500 };
  expect(beside({ x: 1_430, y: 0, width: 24, height: 24 }, size, area)).toEqual({ x: 1_040, y: 28, ...size });
  expect(beside({ x: 700, y: 876, width: 24, height: 24 }, size, area)).toEqual({ x: 512, y: 372, ...size });
  expect(beside({ x: 0, y: 0, width: 0, height: 0 }, { width: 400, height: 2_000 }, area)).toEqual({
    x: 0,
    y: 25,
    width: 400,
    height: 875,
  });
});
