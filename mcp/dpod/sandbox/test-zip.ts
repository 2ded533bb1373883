import { inflateRawSync } from 'node:zlib';

/** The text files of an archive, read from its central directory as any unzip does. */
export function unzip(archive: Buffer): Record<string, string> {
  const end = archive.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files: Record<string, string> = {};
  let position = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.toString('latin1', position, position + 4) !== 'PK\x01\x02') throw new Error('No directory entry.');
    const nameLength = archive.readUInt16LE(position + 28);
    const name = archive.toString('utf8', position + 46, position + 46 + nameLength);
    const packed = archive.readUInt32LE(position + 20);
    const start = archive.readUInt32LE(position + 42);
    const data = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    files[name] = inflateRawSync(archive.subarray(data, data + packed)).toString('utf8');
    position += 46 + nameLength + archive.readUInt16LE(position + 30) + archive.readUInt16LE(position + 32);
  }
  return files;
}
