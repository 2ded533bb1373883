import { CloseButton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { unsay, useStore, waitingIn } from '../api/store.ts';
import { Hint } from '../parts/hint.tsx';
import { Problem } from '../parts/problem.tsx';
import { hashOf } from '../route.ts';
import { useWords } from '../words/index.ts';
import type { Screen } from './screens.ts';

/** What is true of the whole of Gatehouse right now, above every screen. */
export function Bars({ screen }: { readonly screen: Screen }) {
  const { shell } = useWords();
  const line = useStore(state => state.line);
  const status = useStore(state => state.loaded.status);
  const waiting = useStore(waitingIn);
  return (
    <>
      <Stack gap={6} className="bars">
        {line === 'lost' && <Bar tone="red" {...shell.lost} />}
        {status?.demo === true && <Bar tone="grape" {...shell.demo} />}
        {status?.paused === true && <Bar tone="orange" {...shell.paused} />}
        {status?.approveFromCli === true && <Bar tone="yellow" {...shell.fromCli} />}
        {status?.vault.state === 'closed' && (
          <Bar
            tone="red"
            title={status.vault.message}
            text={
              <>
                <Hint code={status.vault.code} hint={status.vault.hint} /> <small>{status.vault.code}</small>
              </>
            }
          />
        )}
        {waiting > 0 && screen !== 'approvals' && screen !== 'home' && (
          <Bar
            tone="blue"
            title={`${shell.callsWait(waiting)}.`}
            text={<a href={hashOf(['approvals'])}>{shell.lookAtCalls(waiting)}</a>}
          />
        )}
      </Stack>
      <Said />
      <Problem sticky />
    </>
  );
}

/** How something went that was not asked for on a screen. */
function Said() {
  const { common } = useWords();
  const said = useStore(state => state.said);
  return (
    <div role="status" className="live">
      {said !== null && (
        <div className="bar said" data-tone={said.tone === 'good' ? 'green' : 'red'}>
          <span>{said.text}</span>
          <CloseButton size="sm" aria-label={common.close} onClick={unsay} />
        </div>
      )}
    </div>
  );
}

function Bar({ tone, title, text }: { readonly tone: string; readonly title: string; readonly text: ReactNode }) {
  return (
    <div className="bar" role="status" data-tone={tone}>
      <b>{title}</b> {text}
    </div>
  );
}
