import { useCallback } from 'react';
import { useAsked } from '../../api/asked.ts';
import { call } from '../../api/client.ts';
import { attempt, useStore } from '../../api/store.ts';
import { Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { useWords } from '../../words/index.ts';
import { Backup } from './backup.tsx';
import { CallSettings } from './calls.tsx';
import { Data } from './data.tsx';
import { HttpEndpoint } from './http-endpoint.tsx';
import { Keys } from './keys.tsx';
import { Starting } from './starting.tsx';
import { WindowSettings } from './window-settings.tsx';

export interface SettingsProps {
  readonly values: Readonly<Record<string, unknown>>;
  readonly set: (name: string, value: unknown) => Promise<unknown>;
}

/** What can be set for all of Gatehouse. Everything takes hold at once; there is nothing to save. */
export function Settings() {
  const { settings } = useWords();
  const status = useStore(state => state.loaded.status);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another window or the command line may have set something
  const ask = useCallback(() => call('settings.get', {}), [status]);
  const { value: values, failure, again } = useAsked(ask);
  const set = (name: string, value: unknown): Promise<unknown> =>
    attempt(() => call('settings.set', { name, value }).then(again));
  return (
    <Page title={settings.title}>
      {failure !== undefined && <NotLoaded failure={failure} retry={again} />}
      {values === undefined && failure === undefined && <Loading />}
      {values !== undefined && (
        <>
          <WindowSettings values={values} set={set} />
          <CallSettings values={values} set={set} />
          <Starting />
          <Keys />
          <HttpEndpoint values={values} set={set} />
          <Data />
          <Backup />
        </>
      )}
    </Page>
  );
}
