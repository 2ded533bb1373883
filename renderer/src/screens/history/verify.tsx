import { Alert, Button, Progress, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { VerdictOfHistory } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, hear } from '../../api/store.ts';
import { useWords } from '../../words/index.ts';

interface Verification {
  readonly verdict: VerdictOfHistory | undefined;
  readonly busy: boolean;
  readonly progress: { readonly done: number; readonly total: number };
  readonly start: () => void;
  readonly close: () => void;
}

/** Whether every entry is as it was written and none is missing. */
export function useVerification(): Verification {
  const [verdict, setVerdict] = useState<VerdictOfHistory>();
  const [busy, setBusy] = useState(false);
  const [progress, setProgress] = useState({ done: 0, total: 0 });
  useEffect(() => {
    if (!busy) return;
    return hear(event => {
      if (event.type === 'progress' && event.task === 'verify')
        setProgress({ done: event.done, total: event.total ?? 0 });
    });
  }, [busy]);
  return {
    verdict,
    busy,
    progress,
    start() {
      setBusy(true);
      setVerdict(undefined);
      setProgress({ done: 0, total: 0 });
      void attempt(() => call('audit.verify', {})).then(told => {
        setBusy(false);
        setVerdict(told);
      });
    },
    close: () => setVerdict(undefined),
  };
}

export function Verify({ verification }: { readonly verification: Verification }) {
  const { history } = useWords();
  return (
    <Button size="xs" variant="default" loading={verification.busy} onClick={verification.start}>
      {history.verify.button}
    </Button>
  );
}

export function Verdict({ verification }: { readonly verification: Verification }) {
  const { history, common } = useWords();
  const { verify } = history;
  const { verdict, busy, progress, close } = verification;
  if (busy) {
    const share = progress.total === 0 ? 0 : (100 * progress.done) / progress.total;
    return (
      <div role="status">
        <Progress value={share} aria-label={verify.busy} />
        <Text size="sm" c="dimmed">
          {progress.total === 0 ? verify.busy : verify.progress(progress.done, progress.total)}
        </Text>
      </div>
    );
  }
  if (verdict === undefined) return null;
  return (
    <Alert
      role="status"
      color={verdict.ok ? 'green' : 'red'}
      variant="outline"
      title={verdict.ok ? verify.good : verify.bad}
      withCloseButton
      onClose={close}
      closeButtonLabel={common.close}
    >
      {verdict.ok ? (
        <>
          {verify.all(verdict.entries)} {verdict.prunedTo > 0 && verify.pruned(verdict.prunedTo)}{' '}
          {!verdict.anchored && verify.notAnchored}
        </>
      ) : (
        <>
          {verdict.reason} {verdict.brokenAt !== null && verify.at(verdict.brokenAt)} {verify.keep}
        </>
      )}
    </Alert>
  );
}
