import { useEffect } from 'react';

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys that work everywhere, always with Ctrl (Cmd on a Mac): a plain letter is never taken from anybody. */
export const KEYS = { open: 'K', settings: ',', pause: '.' } as const;
export type KeyName = keyof typeof KEYS;

/** `Ctrl+K`, `⌘K`. */
export function keyText(name: KeyName): string {
  return APPLE ? `⌘${KEYS[name]}` : `Ctrl+${KEYS[name]}`;
}

export function useKeys(pressed: (name: KeyName) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (!(APPLE ? event.metaKey : event.ctrlKey) || event.altKey || event.shiftKey || event.repeat) return;
      const name = (Object.keys(KEYS) as KeyName[]).find(one => KEYS[one] === event.key.toUpperCase());
      if (name === undefined) return;
      event.preventDefault();
      pressed(name);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [pressed]);
}
