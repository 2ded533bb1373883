/** Renders `build/icons/*.svg` into `dist/icons/`: the app's icon for three systems, the tray's pictures for every theme and density. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { icns, ico } from './pack/icon-files.ts';

const sources = join(import.meta.dirname, 'icons');

export const TRAY_STATES = ['ready', 'waiting', 'paused', 'attention'] as const;
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const ICNS_SIZES = [32, 64, 128, 256, 512, 1024];
const WINDOWS_SIZES = [16, 20, 24, 32, 40, 48, 64, 256];

/**
 * What is drawn onto a panel: `Template` is black and alpha, coloured by macOS; `-light` and `-dark` are for a light and a dark panel,
 * where only the badge has a colour, as a second hint beside its form.
 */
const PANELS = [
  { suffix: 'Template', ink: '#000000', badge: '#000000', size: 16, scales: [1, 2, 3] },
  { suffix: '-light', ink: '#1f2a30', badge: '#b45309', size: 22, scales: [1, 1.25, 1.5, 2, 3] },
  { suffix: '-dark', ink: '#f1f3f5', badge: '#fbbf24', size: 22, scales: [1, 1.25, 1.5, 2, 3] },
] as const;

/** Writes `app/` (icon.icns, icon.ico, `<n>x<n>.png`) and `tray/` into `folder`. */
export async function renderIcons(folder: string): Promise<void> {
  const app = join(folder, 'app');
  const tray = join(folder, 'tray');
  for (const made of [app, tray]) mkdirSync(made, { recursive: true });

  const drawing = readFileSync(join(sources, 'app.svg'), 'utf8');
  // Linux and Windows give an icon its whole square; only macOS wants the margin that the drawing has.
  const full = drawing.replace('viewBox="0 0 1024 1024"', 'viewBox="84 84 856 856"');
  for (const size of LINUX_SIZES) writeFileSync(join(app, `${size}x${size}.png`), await png(full, size));
  writeFileSync(join(app, 'icon.ico'), ico(await pixels(full, WINDOWS_SIZES)));
  writeFileSync(
    join(app, 'icon.icns'),
    icns(await Promise.all(ICNS_SIZES.map(async size => ({ size, png: await png(drawing, size) })))),
  );

  for (const state of TRAY_STATES) {
    const source = readFileSync(join(sources, `tray-${state}.svg`), 'utf8');
    for (const { suffix, ink, badge, size, scales } of PANELS) {
      const coloured = source
        .replaceAll(/class="badge"[^>]*/g, part => part.replaceAll('currentColor', badge))
        .replaceAll('currentColor', ink);
      for (const scale of scales) {
        const name = `${state}${suffix}${scale === 1 ? '' : `@${scale}x`}.png`;
        writeFileSync(join(tray, name), await png(coloured, Math.round(size * scale)));
      }
      if (suffix !== 'Template')
        writeFileSync(join(tray, `${state}${suffix}.ico`), ico(await pixels(coloured, [16, 20, 24, 32, 40, 48])));
    }
  }
}

function drawn(svg: string, size: number): Sharp {
  const [, , , side = '16'] = /viewBox="(\S+) (\S+) (\S+) /.exec(svg) ?? [];
  return sharp(Buffer.from(svg), { density: (72 * size) / Number(side) }).resize(size, size);
}

function png(svg: string, size: number): Promise<Buffer> {
  return drawn(svg, size).png({ compressionLevel: 9 }).toBuffer();
}

async function pixels(svg: string, sizes: readonly number[]): Promise<Parameters<typeof ico>[0]> {
  return Promise.all(
    sizes.map(async size => ({
      size,
      rgba: await drawn(svg, size).ensureAlpha().raw().toBuffer(),
      png: await png(svg, size),
    })),
  );
}

if (import.meta.main) await renderIcons(join(import.meta.dirname, '..', 'dist', 'icons'));
