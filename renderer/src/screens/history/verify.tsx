import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { VerdictOfHistory } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { count } from '../../parts/words.tsx';

/** Whether every entry is as it was written and none is missing. */
export function Verify() {
  const [verdict, setVerdict] = useState<VerdictOfHistory>();
  const [busy, setBusy] = useState(false);
  const verify = (): void => {
    setBusy(true);
    setVerdict(undefined);
    void attempt(() => call('audit.verify', {})).then(told => {
      setBusy(false);
      setVerdict(told);
    });
  };
  return (
    <Group gap="sm">
      {verdict !== undefined && (
        <Text size="sm" className={verdict.ok ? 'good wrap' : 'warn wrap'} role="status">
          {sentenceOf(verdict)}
        </Text>
      )}
      <Button variant="default" loading={busy} onClick={verify}>
        Verify
      </Button>
    </Group>
  );
}

function sentenceOf({ ok, entries, brokenAt, reason, anchored, prunedTo }: VerdictOfHistory): string {
  if (!ok)
    return `The history was altered or cut${brokenAt === null ? '' : ` at entry ${brokenAt}`}${reason === null ? '' : `: ${reason}`}. Keep a copy of the home folder.`;
  const all = `${entries === 1 ? 'The one entry is as it was' : `All ${count(entries, 'entry', 'entries')} are as they were`} written.`;
  const pruned = prunedTo > 0 ? ` Those up to ${prunedTo.toLocaleString()} were pruned on purpose.` : '';
  return anchored ? `${all}${pruned}` : `${all}${pruned} Their number is not kept in the keychain here.`;
}
