import { Button } from '@mantine/core';
import { useState } from 'react';
import { call } from '../api/client.ts';
import { attempt, refresh, useStore } from '../api/store.ts';
import { ALERT } from '../parts/theme.ts';

/** Stops every call at once; always in reach. */
export function Pause() {
  const paused = useStore(state => state.loaded.status?.paused ?? false);
  const [busy, setBusy] = useState(false);
  const toggle = (): void => {
    setBusy(true);
    void attempt(() => (paused ? call('resume', {}) : call('pause', {})))
      .then(() => refresh('status'))
      .finally(() => setBusy(false));
  };
  return (
    <Button color={paused ? ALERT : 'gray'} variant={paused ? 'filled' : 'default'} loading={busy} onClick={toggle}>
      {paused ? 'Resume' : 'Pause everything'}
    </Button>
  );
}
