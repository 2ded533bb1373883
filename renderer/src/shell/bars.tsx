import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useStore } from '../api/store.ts';
import { Hint } from '../parts/hint.tsx';
import { Problem } from '../parts/problem.tsx';
import { count } from '../parts/words.tsx';
import { hashOf } from '../route.ts';
import type { Screen } from './navigation.tsx';

/** What is true of the whole of Gatehouse right now, above every screen. */
export function Bars({ screen }: { readonly screen: Screen }) {
  const line = useStore(state => state.line);
  const status = useStore(state => state.loaded.status);
  const waiting = useStore(state => state.loaded.approvals?.length ?? 0);
  return (
    <>
      <Stack gap={6} className="bars">
        {line === 'lost' && (
          <Bar tone="red" title="The line to Gatehouse is lost.">
            It may have ended or be starting again. What stands here may be out of date; this window goes on by itself.
          </Bar>
        )}
        {status?.demo === true && (
          <Bar tone="grape" title="Demonstration.">
            Everything here is made up by a sandbox on this computer. Nothing is kept.
          </Bar>
        )}
        {status?.paused === true && (
          <Bar tone="orange" title="Everything is paused.">
            Assistants are told so; no call goes through until you resume.
          </Bar>
        )}
        {status?.approveFromCli === true && (
          <Bar tone="yellow" title="Approving from the command line is allowed.">
            Any program of this user can approve calls, an assistant with a shell among them.
          </Bar>
        )}
        {status?.vault.state === 'closed' && (
          <Bar tone="red" title={status.vault.message}>
            <Hint code={status.vault.code} hint={status.vault.hint} /> <small>{status.vault.code}</small>
          </Bar>
        )}
        {waiting > 0 && screen !== 'approvals' && (
          <Bar tone="blue" title={`${count(waiting, 'call waits', 'calls wait')} for you.`}>
            <a href={hashOf(['approvals'])}>Look at {waiting === 1 ? 'it' : 'them'}</a>
          </Bar>
        )}
      </Stack>
      <Problem sticky />
    </>
  );
}

function Bar({
  tone,
  title,
  children,
}: {
  readonly tone: string;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="bar" role="status" data-tone={tone}>
      <b>{title}</b> {children}
    </div>
  );
}
