import { crc32, deflateSync } from 'node:zlib';
import { createRandom } from '../../kit/sandbox.ts';

/** What the vendor accepts as a logo (§3.5). */
export const LOGO_WIDTH = 240;
export const LOGO_HEIGHT = 96;

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A plain logo, its colours chosen by the words: a field with a bar and a square. */
export function drawLogo(words: string): Uint8Array {
  const random = createRandom('logo', words);
  const field = colour(random);
  const mark = colour(random);
  return encodePng(LOGO_WIDTH, LOGO_HEIGHT, (x, y) =>
    (x >= 16 && x < 80 && y >= 16 && y < 80) || (x >= 96 && x < 224 && y >= 40 && y < 56) ? mark : field,
  );
}

type Colour = readonly [red: number, green: number, blue: number];

function colour(random: () => number): Colour {
  return [Math.floor(random() * 256), Math.floor(random() * 256), Math.floor(random() * 256)];
}

function encodePng(width: number, height: number, colourAt: (x: number, y: number) => Colour): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a channel, red green blue.
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, y) =>
    // Each row starts with its filter: none.
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => colourAt(x, y)).flat()]),
  );
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}

/** Width and height in pixels, `undefined` when it is not a PNG. */
export function pngSize(bytes: Buffer): { readonly width: number; readonly height: number } | undefined {
  if (bytes.length < 24 || !bytes.subarray(0, 8).equals(SIGNATURE)) return undefined;
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
