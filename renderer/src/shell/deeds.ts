import { call } from '../api/client.ts';
import { attempt, refresh, say } from '../api/store.ts';
import { wordsNow } from '../words/index.ts';

/** What can be done from anywhere. How it went is told above the screen. */
export const setPaused = (paused: boolean): Promise<unknown> =>
  attempt(() => (paused ? call('pause', {}) : call('resume', {}))).then(() => refresh('status'));

export const testConnection = (id: string): Promise<unknown> =>
  attempt(async () => {
    const { ok, identity, message } = await call('connections.test', { id });
    await refresh('connections');
    const { palette } = wordsNow();
    say(ok ? 'good' : 'bad', ok ? palette.works(id, identity ?? '') : `${id}: ${message ?? ''}`);
  });

export const verifyHistory = (): Promise<unknown> =>
  attempt(async () => {
    const { ok, entries, brokenAt } = await call('audit.verify', {});
    const { palette } = wordsNow();
    say(ok ? 'good' : 'bad', ok ? palette.whole(entries) : palette.broken(brokenAt));
  });

export const copyReport = (): Promise<unknown> =>
  attempt(async () => {
    const { text } = await call('doctor.report', {});
    await navigator.clipboard.writeText(text);
    say('good', wordsNow().doctor.copied);
  });

export const setTheme = (value: string): Promise<unknown> =>
  attempt(() => call('settings.set', { name: 'theme', value }));
