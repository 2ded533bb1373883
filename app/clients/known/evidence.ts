import type { Evidence, Place } from '../definition.ts';

/** A program in `PATH`. */
export function inPath(place: Place, name: string): readonly Evidence[] {
  const found = place.program(name);
  return found === undefined ? [] : [{ kind: 'program', says: `${found} is in PATH` }];
}

/** The first of these files that exists, as proof of the program itself. */
export function installedAt(place: Place, files: readonly string[]): readonly Evidence[] {
  const found = files.find(file => place.exists(file));
  return found === undefined ? [] : [{ kind: 'program', says: `${found} is installed` }];
}

/** Files of a client, which say little: people copy them from computer to computer. */
export function leftAt(place: Place, files: readonly string[]): readonly Evidence[] {
  const found = files.find(file => place.exists(file));
  return found === undefined ? [] : [{ kind: 'settings', says: `${found} exists` }];
}

/** An application of macOS, for all users or this one. */
export function macApp(place: Place, name: string): readonly Evidence[] {
  if (place.platform !== 'darwin') return [];
  return installedAt(place, [
    place.join('/Applications', `${name}.app`),
    place.join(place.home, 'Applications', `${name}.app`),
  ]);
}
