/** `node --import …/register.ts dist/main.js`: the built app under plain Node, with the stand-in where `electron` is imported. */
import { registerHooks } from 'node:module';

const standIn = new URL('./module.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

/** The specs may ask for the behaviour of another system; files and sockets stay those of this one. */
const platform = process.env.STAND_IN_PLATFORM;
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform });

/** Where Electron keeps the resources of a packaged app: here the folder that the spec has for itself. */
Object.defineProperty(process, 'resourcesPath', { value: process.cwd() });
