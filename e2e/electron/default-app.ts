/**
 * What Electron itself does before the app runs (`default_app/main.ts` there): reads its command line, loads what `-r` names, then the app.
 * `node default-app.ts --inspect=0 --remote-debugging-port=0 -r HOOK APP …`
 */
import { open } from 'node:inspector';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import './register.ts';

// Electron is the program; there is no script before its arguments.
process.argv.splice(1, 1);
/** The specs may ask for the behaviour of another system; files and sockets stay those of this one. */
const platform = process.env.STAND_IN_PLATFORM;
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform });

Object.defineProperty(process, 'resourcesPath', { value: import.meta.dirname, configurable: true });

const modules: string[] = [];
let file: string | undefined;
for (const [at, arg] of process.argv.entries()) {
  if (at === 0 || arg.startsWith('-')) continue;
  if (process.argv[at - 1] === '-r') modules.push(resolve(arg));
  else {
    file = resolve(arg);
    break;
  }
}
if (file === undefined) throw new Error('usage: default-app.ts [-r FILE …] APP [argument …]');
if (process.argv.includes('--inspect=0')) open(0);
const require = createRequire(import.meta.url);
for (const one of modules) require(one);
await import(pathToFileURL(file).href);
