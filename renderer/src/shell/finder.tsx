import { Button, Kbd } from '@mantine/core';
import { lazy, Suspense, useCallback, useState } from 'react';
import { hashOf } from '../route.ts';
import { useWords } from '../words/index.ts';
import { setPaused } from './deeds.ts';
import { type KeyName, keyText, useKeys } from './keys.ts';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));

/** The button and the keys that lead anywhere. The palette itself is fetched when it is asked for first. */
export function Finder() {
  const { palette } = useWords();
  const [asked, setAsked] = useState(0);
  const ask = (): void => setAsked(before => before + 1);
  const pressed = useCallback((name: KeyName): void => {
    if (name === 'open') setAsked(before => before + 1);
    else if (name === 'settings') location.hash = hashOf(['settings']);
    // Only ever pauses: to let calls through again is worth a look and a click.
    else void setPaused(true);
  }, []);
  useKeys(pressed);
  return (
    <>
      <Button
        variant="default"
        visibleFrom="xs"
        onClick={ask}
        rightSection={<Kbd size="xs">{keyText('open')}</Kbd>}
        aria-keyshortcuts="Control+K Meta+K"
      >
        {palette.button}
      </Button>
      {asked > 0 && (
        <Suspense>
          <Palette asked={asked} />
        </Suspense>
      )}
    </>
  );
}
