import { Button } from '@mantine/core';
import { useState } from 'react';
import { useStore } from '../api/store.ts';
import { ALERT } from '../parts/theme.ts';
import { useWords } from '../words/index.ts';
import { setPaused } from './deeds.ts';

/** Stops every call at once; always in reach. */
export function Pause() {
  const { shell } = useWords();
  const paused = useStore(state => state.loaded.status?.paused ?? false);
  const [busy, setBusy] = useState(false);
  const toggle = (): void => {
    setBusy(true);
    void setPaused(!paused).finally(() => setBusy(false));
  };
  return (
    <Button color={paused ? ALERT : 'gray'} variant={paused ? 'filled' : 'default'} loading={busy} onClick={toggle}>
      {paused ? shell.resume : shell.pause}
    </Button>
  );
}
