import { type ComponentType, lazy } from 'react';

interface Lazy {
  readonly Show: ComponentType;
  readonly fetch: () => Promise<unknown>;
}

function screen(load: () => Promise<ComponentType>): Lazy {
  return { Show: lazy(async () => ({ default: await load() })), fetch: load };
}

/** Each screen is fetched when somebody goes there: what nobody looks at costs nothing at the start. */
export const SCREENS = {
  home: screen(async () => (await import('../screens/home/home.tsx')).Home),
  connections: screen(async () => (await import('../screens/connections/connections.tsx')).Connections),
  approvals: screen(async () => (await import('../screens/approvals/approvals.tsx')).Approvals),
  history: screen(async () => (await import('../screens/history/history.tsx')).History),
  assistants: screen(async () => (await import('../screens/assistants/assistants.tsx')).Assistants),
  settings: screen(async () => (await import('../screens/settings/settings.tsx')).Settings),
  doctor: screen(async () => (await import('../screens/doctor/doctor.tsx')).Doctor),
  start: screen(async () => (await import('../screens/start/start.tsx')).Start),
} as const;
export type Screen = keyof typeof SCREENS;

/** Fetches every screen while nothing else is to do, so that a lost line later leaves none of them out of reach. */
export function fetchAhead(): void {
  const later = 'requestIdleCallback' in window ? window.requestIdleCallback : setTimeout;
  later(() => {
    for (const { fetch } of Object.values(SCREENS)) void fetch().catch(() => undefined);
  });
}

/** The screen of an address; `undefined` for none or one that is not known. */
export function screenOf([name = '']: readonly string[]): Screen | undefined {
  return isScreen(name) ? name : undefined;
}

function isScreen(name: string): name is Screen {
  return Object.hasOwn(SCREENS, name);
}
