import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { renderIcons, TRAY_STATES } from './icons.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-icons-'));
const tray = (name: string): string => join(folder, 'tray', name);

beforeAll(() => renderIcons(folder));

/** How dark each pixel is on white, whatever its colour: what a person who sees no colours sees. */
async function ink(file: string): Promise<readonly number[]> {
  return [...(await sharp(file).extractChannel('alpha').raw().toBuffer())];
}

test('[tray-icons] every state has a picture for a light and a dark panel, for Windows and in every density', async () => {
  for (const state of TRAY_STATES) {
    for (const panel of ['light', 'dark']) {
      for (const [scale, size] of [
        ['', 22],
        ['@1.25x', 28],
        ['@1.5x', 33],
        ['@2x', 44],
        ['@3x', 66],
      ] as const) {
        const { width, height, hasAlpha } = await sharp(tray(`${state}-${panel}${scale}.png`)).metadata();
        expect({ width, height, hasAlpha }).toEqual({ width: size, height: size, hasAlpha: true });
      }
      expect(sizesOfIco(readFileSync(tray(`${state}-${panel}.ico`)))).toEqual([16, 20, 24, 32, 40, 48]);
    }
  }
});

test('[tray-icons] the states differ in form and not only in colour, already at 16 pixels', async () => {
  const forms = await Promise.all(TRAY_STATES.map(state => ink(tray(`${state}Template.png`))));
  for (const [at, form] of forms.entries()) {
    for (const other of forms.slice(at + 1)) {
      const differing = form.filter((alpha, pixel) => Math.abs(alpha - (other[pixel] ?? 0)) > 128).length;
      expect(differing).toBeGreaterThanOrEqual(12);
    }
  }
});

test('[tray-template-images] the pictures for macOS are black with transparency, in one, two and three times 16 points', async () => {
  const made = readdirSync(join(folder, 'tray')).filter(name => name.includes('Template'));
  expect(made).toHaveLength(TRAY_STATES.length * 3);
  for (const state of TRAY_STATES) {
    for (const [scale, size] of [
      ['', 16],
      ['@2x', 32],
      ['@3x', 48],
    ] as const) {
      const { data, info } = await sharp(tray(`${state}Template${scale}.png`))
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([size, size]);
      const colours = [...data].filter((_, at) => at % 4 !== 3);
      expect(Math.max(...colours)).toBe(0);
      const alphas = [...data].filter((_, at) => at % 4 === 3);
      expect(Math.min(...alphas)).toBe(0);
      expect(Math.max(...alphas)).toBe(255);
    }
  }
});

test('the app has an icon for each system, and what stands in the containers can be read', async () => {
  expect(sizesOfIco(readFileSync(join(folder, 'app', 'icon.ico')))).toEqual([16, 20, 24, 32, 40, 48, 64, 256]);
  const icns = readFileSync(join(folder, 'app', 'icon.icns'));
  expect(icns.subarray(0, 4).toString()).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  const seen: number[] = [];
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    const { format, width } = await sharp(icns.subarray(at + 8, at + icns.readUInt32BE(at + 4))).metadata();
    expect(format).toBe('png');
    seen.push(width);
  }
  expect(seen).toEqual([32, 64, 128, 256, 256, 512, 512, 1024]);
  expect((await sharp(join(folder, 'app', '512x512.png')).metadata()).width).toBe(512);
});

/** The sizes that an `.ico` names, each with a body of the length that it promises. */
function sizesOfIco(file: Buffer): readonly number[] {
  return Array.from({ length: file.readUInt16LE(4) }, (_, at) => {
    const entry = 6 + 16 * at;
    const size = file.readUInt8(entry) || 256;
    const length = file.readUInt32LE(entry + 8);
    const body = file.subarray(file.readUInt32LE(entry + 12)).subarray(0, length);
    expect(body).toHaveLength(length);
    if (size === 256) expect(body.subarray(1, 4).toString()).toBe('PNG');
    else expect([body.readInt32LE(4), body.readInt32LE(8), body.readUInt16LE(14)]).toEqual([size, size * 2, 32]);
    return size;
  });
}
