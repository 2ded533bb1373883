/** The two containers that Windows and macOS want their icons in. */

/** An `.ico`: plain pixels up to 128, since older shell code reads nothing else there; a PNG for 256. `rgba`: rows from the top. */
export function ico(
  pictures: readonly { readonly size: number; readonly rgba: Buffer; readonly png: Buffer }[],
): Buffer {
  const bodies = pictures.map(({ size, rgba, png }) => (size >= 256 ? png : bitmap(size, rgba)));
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [at, { size }] of pictures.entries()) {
    const length = bodies[at]?.length ?? 0;
    const entry = 6 + 16 * at;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += length;
  }
  return Buffer.concat([head, ...bodies]);
}

/** A bitmap as an icon holds it: rows from the bottom, blue first, then an empty mask of one bit for each pixel. */
function bitmap(size: number, rgba: Buffer): Buffer {
  const HEADER = 40;
  const maskRow = Math.ceil(size / 32) * 4;
  const made = Buffer.alloc(HEADER + size * size * 4 + maskRow * size);
  made.writeUInt32LE(HEADER, 0);
  made.writeInt32LE(size, 4);
  made.writeInt32LE(size * 2, 8);
  made.writeUInt16LE(1, 12);
  made.writeUInt16LE(32, 14);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = (row * size + column) * 4;
      const to = HEADER + ((size - 1 - row) * size + column) * 4;
      made.writeUInt32LE(
        ((rgba.readUInt8(from + 3) << 24) |
          (rgba.readUInt8(from) << 16) |
          (rgba.readUInt8(from + 1) << 8) |
          rgba.readUInt8(from + 2)) >>>
          0,
        to,
      );
    }
  }
  return made;
}

/** By pixels. 16 and 32 at single density are left out: those types hold no PNG that every macOS reads, and macOS scales down well. */
const ICNS_TYPES: Readonly<Record<number, readonly string[]>> = {
  32: ['ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** An `.icns` of PNGs. */
export function icns(pictures: readonly { readonly size: number; readonly png: Buffer }[]): Buffer {
  const parts = pictures.flatMap(({ size, png }) => (ICNS_TYPES[size] ?? []).map(type => chunk(type, png)));
  return chunk('icns', Buffer.concat(parts));
}

function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8, type, 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}
