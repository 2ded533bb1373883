import { Button, Card, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type RefObject, useRef, useState } from 'react';
import type { ApprovalView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { actionOf, Demo, Effect, useNameOf } from '../../parts/labels.tsx';
import { useFormats, useWords } from '../../words/index.ts';
import { useArmed } from './arming.ts';
import { Plan } from './plan.tsx';
import { WhatIsAsked } from './similar.tsx';
import { TimeLeft } from './time-left.tsx';

const LASTING = ['10', '60', '480', '1440'] as const;

interface WaitingProps {
  readonly approval: ApprovalView;
  /** Tells how it was answered; nothing when the answer did not get through. */
  readonly onAnswer: (how: string) => void;
}

/** One call that waits: who wants what, where, with which arguments; and the answers. */
export function Waiting({ approval, onAnswer }: WaitingProps) {
  const { approvals } = useWords();
  const nameOf = useNameOf();
  const card = useRef<HTMLDivElement>(null);
  const what = actionOf(approval.tool, approval.action);
  const who = nameOf(approval.client);
  const destructive = approval.effect === 'destructive';
  return (
    <Card
      ref={card}
      withBorder
      component="section"
      className={destructive ? 'waiting destructive' : 'waiting'}
      aria-label={approvals.wants(who, what, approval.connection)}
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div className="grow">
            <Text className="wrap">
              <b>{who}</b> {approvals.wantsToUse} <b>{what}</b> {approvals.on} <b>{approval.connection}</b>
            </Text>
            <Group gap="xs" mt={4}>
              <Effect effect={approval.effect} flags={approval.flags} />
              {approval.demo && <Demo />}
            </Group>
          </div>
          <TimeLeft waiting={approval} />
        </Group>
        <WhatIsAsked approval={approval} />
        <div role="status">{approval.plan !== undefined && <Plan plan={approval.plan} />}</div>
        <Answers approval={approval} who={who} card={card} onAnswer={onAnswer} />
      </Stack>
    </Card>
  );
}

interface AnswersProps extends WaitingProps {
  readonly who: string;
  readonly card: RefObject<HTMLDivElement | null>;
}

function Answers({ approval, who, card, onAnswer }: AnswersProps) {
  const { approvals: words } = useWords();
  const formats = useFormats();
  const { armed, ready: rested } = useArmed(card);
  // Who has not seen what it would change cannot mean it.
  const reading = approval.plan?.state === 'reading';
  const ready = (): boolean => rested() && !reading;
  const [minutes, setMinutes] = useState<(typeof LASTING)[number]>('10');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const answer = (how: string, work: () => Promise<unknown>): void => {
    if (busy) return;
    setBusy(true);
    onAnswer('…');
    void attempt(work).then(done => {
      onAnswer(done === undefined ? '' : how);
      setBusy(false);
    });
  };
  const allow = (until?: number): void => {
    if (!ready()) return;
    const how = until === undefined ? words.answered.once : words.answered.for(words.lasting[minutes]);
    answer(how, () => call('approvals.allow', { id: approval.id, ...(until === undefined ? {} : { minutes: until }) }));
  };
  const deny = (event: FormEvent): void => {
    event.preventDefault();
    answer(words.answered.denied, () => call('approvals.deny', { id: approval.id, reason: reason.trim() }));
  };
  // Not `disabled`: that would throw the keyboard's focus away each time the card moves.
  const resting = armed && !reading ? {} : { 'aria-disabled': true, 'data-disabled': true };
  const lasting = approval.effect !== 'destructive' && approval.flags.length === 0;
  const until = formats.clock(new Date(Date.now() + Number(minutes) * 60_000));
  return (
    <>
      <Group gap="xs" align="center">
        <Button {...resting} color={approval.effect === 'destructive' ? 'red.9' : 'blue'} onClick={() => allow()}>
          {words.allowOnce}
        </Button>
        {lasting ? (
          <>
            <Text size="sm" c="dimmed" px={4}>
              {words.or}
            </Text>
            <Button {...resting} variant="default" onClick={() => allow(Number(minutes))}>
              {words.allowFor}
            </Button>
            <NativeSelect
              aria-label={words.howLong}
              data={LASTING.map(value => ({ value, label: words.lasting[value] }))}
              value={minutes}
              onChange={event => setMinutes(LASTING.find(one => one === event.currentTarget.value) ?? '10')}
            />
            <Text size="xs" c="dimmed">
              {words.until(until, who, approval.connection)}
            </Text>
          </>
        ) : (
          <Text size="xs" c="dimmed">
            {approval.effect === 'destructive' ? words.destructiveOnce : words.flaggedOnce}
          </Text>
        )}
      </Group>
      <form onSubmit={deny}>
        <Group gap="xs" align="flex-end">
          <TextInput
            label={words.whyNot}
            placeholder={words.optional}
            value={reason}
            maxLength={500}
            autoComplete="off"
            onChange={event => setReason(event.currentTarget.value)}
            flex={1}
            miw={200}
          />
          <Button type="submit" color="red" variant="light">
            {words.deny}
          </Button>
        </Group>
      </form>
    </>
  );
}
