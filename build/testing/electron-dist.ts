/**
 * Electron distributions without Electron: the files that electron-builder works with, in their places, with a fuse wire as Electron's programs carry it.
 * Nothing of them runs; what is tested is what packaging does to them.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackTarget } from '../pack/target.ts';

const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** RunAsNode, cookies, NODE_OPTIONS, --inspect, ASAR integrity, only from ASAR, V8 snapshot, file protocol, WASM traps: as Electron is shipped. */
const AS_SHIPPED = '101100011';
const FUSES = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, AS_SHIPPED.length]), Buffer.from(AS_SHIPPED)]);
const LOCALES = ['am', 'ar', 'de', 'en-GB', 'en-US', 'es', 'fr', 'ja', 'zh-CN'];
const HELPERS = ['Helper', 'Helper (GPU)', 'Helper (Plugin)', 'Helper (Renderer)'];

/** Fills `folder` and returns it. */
export function makeElectronDist(folder: string, { platform }: Pick<PackTarget, 'platform'>): string {
  const write = (path: string, content: string | Buffer = ''): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const program = (path: string): void => {
    write(path, Buffer.concat([Buffer.from('#!/bin/sh\necho stand-in for Electron\nexit 0\n'), FUSES]));
    chmodSync(join(folder, path), 0o755);
  };
  write('version', '45.4.1');
  write('LICENSE', 'the licence of Electron');
  write('LICENSES.chromium.html', 'the licences of Chromium');
  if (platform === 'darwin') {
    const contents = 'Electron.app/Contents';
    const framework = `${contents}/Frameworks/Electron Framework.framework`;
    program(`${contents}/MacOS/Electron`);
    program(`${framework}/Versions/A/Electron Framework`);
    write(`${contents}/Info.plist`, plist('Electron'));
    write(`${contents}/Resources/electron.icns`);
    for (const locale of LOCALES)
      write(`${framework}/Versions/A/Resources/${locale.replace('-', '_')}.lproj/locale.pak`);
    for (const locale of LOCALES) write(`${contents}/Resources/${locale.replace('-', '_')}.lproj/.keep`);
    for (const linked of ['Electron Framework', 'Resources'])
      symlinkSync(join('Versions', 'A', linked), join(folder, framework, linked));
    for (const helper of HELPERS) {
      program(`${contents}/Frameworks/Electron ${helper}.app/Contents/MacOS/Electron ${helper}`);
      write(`${contents}/Frameworks/Electron ${helper}.app/Contents/Info.plist`, plist(`Electron ${helper}`));
    }
    return folder;
  }
  for (const locale of LOCALES) write(`locales/${locale}.pak`, locale);
  mkdirSync(join(folder, 'resources'), { recursive: true });
  for (const file of ['resources.pak', 'icudtl.dat', 'snapshot_blob.bin']) write(file);
  if (platform === 'linux') {
    for (const file of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) program(file);
    write('libffmpeg.so');
    return folder;
  }
  // A Windows program with version data, such as every Electron is; the one at hand comes from a package that installs with electron-builder.
  const real = join(import.meta.dirname, '..', '..', 'node_modules', 'electron-winstaller', 'vendor', '7z-x64.exe');
  cpSync(real, join(folder, 'electron.exe'));
  writeFileSync(join(folder, 'electron.exe'), Buffer.concat([readFileSync(real), FUSES]));
  write('ffmpeg.dll');
  return folder;
}

function plist(name: string): string {
  const keys = {
    CFBundleExecutable: name,
    CFBundleName: name,
    CFBundleIdentifier: 'org.stand-in',
    CFBundleVersion: '45.4.1',
  };
  const lines = Object.entries(keys).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0"><dict>${lines.join('')}</dict></plist>`;
}
