import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileToSend, saveFile, saveStream } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-files-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Buffer.from('content');

describe('a saved file', () => {
  it('is new, complete and for its owner alone, in a folder for its owner alone', () => {
    const below = join(folder, 'a', 'b');
    const file = saveFile(below, 'package.zip', bytes);
    expect(file).toBe(join(below, 'package.zip'));
    expect(readFileSync(file)).toEqual(bytes);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(below).mode & 0o777).toBe(0o700);
    const empty = saveFile(below, 'empty', new Uint8Array());
    expect(statSync(empty).size).toBe(0);
  });

  it('never takes the place of another', () => {
    writeFileSync(join(folder, 'package.zip'), 'mine');
    mkdirSync(join(folder, 'package-2.zip'));
    expect(basename(saveFile(folder, 'package.zip', bytes))).toBe('package-3.zip');
    expect(basename(saveFile(folder, 'package.zip', bytes))).toBe('package-4.zip');
    expect(readFileSync(join(folder, 'package.zip'), 'utf8')).toBe('mine');
  });

  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['/etc/passwd', '_etc_passwd'],
    ['..\\..\\boot.ini', '_.._boot.ini'],
    ['.bashrc', 'bashrc'],
    ['..', 'file'],
    ['', 'file'],
    ['a\0b\nc.zip', 'a_b_c.zip'],
    ['schlüssel 1.zip', 'schl_ssel_1.zip'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['trailing.', 'trailing'],
    [`a.${'y'.repeat(119)}`, 'y'.repeat(119)],
  ])('of the name %j is called %s', (name, called) => {
    const file = saveFile(folder, name, bytes);
    expect(dirname(file)).toBe(folder);
    expect(basename(file)).toBe(called);
  });

  it('does not go through a link in its place', () => {
    const outside = mkdtempSync(join(tmpdir(), 'gatehouse-outside-'));
    try {
      writeFileSync(join(outside, 'there'), 'mine');
      symlinkSync(join(outside, 'there'), join(folder, 'a.zip'));
      symlinkSync(join(outside, 'not-yet'), join(folder, 'a-2.zip'));
      expect(basename(saveFile(folder, 'a.zip', bytes))).toBe('a-3.zip');
      expect(readdirSync(outside)).toEqual(['there']);
      expect(readFileSync(join(outside, 'there'), 'utf8')).toBe('mine');
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('goes to where a linked folder leads, and says so', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(saveFile(join(folder, 'link'), 'a.zip', bytes)).toBe(join(folder, 'real', 'a.zip'));
  });

  it('is refused where the folder is relative, a file, a broken link or closed', () => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'nowhere', 'at', 'all'), join(folder, 'link'));
    mkdirSync(join(folder, 'closed'), { mode: 0o500 });
    const refused = ['relative/folder', join(folder, 'file'), join(folder, 'link')];
    // root may write everywhere
    if (process.getuid?.() !== 0) refused.push(join(folder, 'closed'));
    for (const where of refused)
      expect(() => saveFile(where, 'a.zip', bytes)).toThrow(expect.objectContaining({ code: 'GH_FILE' }));
    chmodSync(join(folder, 'closed'), 0o700);
  });
});

describe('a streamed file', () => {
  const streamOf = (...parts: readonly string[]): ReadableStream<Uint8Array> =>
    new Blob([...parts]).stream() as ReadableStream<Uint8Array>;

  it('is saved part by part', async () => {
    const { file, bytes: size } = await saveStream(folder, 'a.txt', streamOf('one', 'two'), 6);
    expect([basename(file), size, readFileSync(file, 'utf8')]).toEqual(['a.txt', 6, 'onetwo']);
  });

  it('leaves nothing behind when it is too long or breaks off', async () => {
    await expect(saveStream(folder, 'a.txt', streamOf('onetwo!'), 6)).rejects.toMatchObject({ code: 'GH_TOO_LARGE' });
    const broken = new ReadableStream<Uint8Array>({
      pull: controller => controller.error(new Error('gone')),
    });
    await expect(saveStream(folder, 'a.txt', broken, 6)).rejects.toMatchObject({ code: 'GH_FILE' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a file to send', () => {
  it('is read as it is sent, from the folder and nowhere else', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'gatehouse-outside-'));
    try {
      writeFileSync(join(outside, 'secret'), 'x');
      writeFileSync(join(folder, 'a.txt'), 'content');
      mkdirSync(join(folder, 'below'));
      symlinkSync(join(outside, 'secret'), join(folder, 'link'));
      const { name, bytes: size, content } = await fileToSend(folder, 'a.txt', 7);
      expect([name, size, await content.text()]).toEqual(['a.txt', 7, 'content']);
      expect((await fileToSend(folder, join(folder, 'a.txt'), 7)).name).toBe('a.txt');
      for (const wrong of ['link', 'below', '.', 'none', join(outside, 'secret'), `../${basename(outside)}/secret`])
        await expect(fileToSend(folder, wrong, 7)).rejects.toMatchObject({ code: 'GH_FILE' });
      await expect(fileToSend(folder, 'a.txt', 6)).rejects.toMatchObject({ code: 'GH_TOO_LARGE' });
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});
