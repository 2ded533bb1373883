import { Button, Card, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type RefObject, useRef, useState } from 'react';
import type { ApprovalView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { Arguments } from '../../parts/arguments.tsx';
import { actionOf, Demo, Effect, useNameOf } from '../../parts/words.tsx';
import { useArmed } from './arming.ts';
import { TimeLeft } from './time-left.tsx';

const LASTING = [
  { value: '10', label: '10 minutes' },
  { value: '60', label: 'an hour' },
  { value: '480', label: '8 hours' },
  { value: '1440', label: 'a day' },
];

interface WaitingProps {
  readonly approval: ApprovalView;
  /** Tells how it was answered; nothing when the answer did not get through. */
  readonly onAnswer: (how: string) => void;
}

/** One call that waits: who wants what, where, with which arguments; and the answers. */
export function Waiting({ approval, onAnswer }: WaitingProps) {
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
      aria-label={`${who} wants ${what} on ${approval.connection}`}
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div className="grow">
            <Text className="wrap">
              <b>{who}</b> wants to use <b>{what}</b> on <b>{approval.connection}</b>
            </Text>
            <Group gap="xs" mt={4}>
              <Effect effect={approval.effect} flags={approval.flags} />
              {approval.demo && <Demo />}
            </Group>
          </div>
          <TimeLeft approval={approval} />
        </Group>
        <Arguments value={approval.arguments} label="Arguments" />
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
  const { armed, ready } = useArmed(card);
  const [minutes, setMinutes] = useState('10');
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
    const how =
      until === undefined ? 'allowed once' : `allowed for ${LASTING.find(one => one.value === minutes)?.label}`;
    answer(how, () => call('approvals.allow', { id: approval.id, ...(until === undefined ? {} : { minutes: until }) }));
  };
  const deny = (event: FormEvent): void => {
    event.preventDefault();
    answer('denied', () => call('approvals.deny', { id: approval.id, reason: reason.trim() }));
  };
  // Not `disabled`: that would throw the keyboard's focus away each time the card moves.
  const resting = armed ? {} : { 'aria-disabled': true, 'data-disabled': true };
  const lasting = approval.effect !== 'destructive' && approval.flags.length === 0;
  const until = new Date(Date.now() + Number(minutes) * 60_000).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
  });
  return (
    <>
      <Group gap="xs" align="center">
        <Button {...resting} color={approval.effect === 'destructive' ? 'red.9' : 'blue'} onClick={() => allow()}>
          Allow once
        </Button>
        {lasting ? (
          <>
            <Text size="sm" c="dimmed" px={4}>
              or
            </Text>
            <Button {...resting} variant="default" onClick={() => allow(Number(minutes))}>
              Allow for
            </Button>
            <NativeSelect
              aria-label="For how long"
              data={LASTING}
              value={minutes}
              onChange={event => setMinutes(event.currentTarget.value)}
            />
            <Text size="xs" c="dimmed">
              until {until}: {who} and this action on {approval.connection} only
            </Text>
          </>
        ) : (
          <Text size="xs" c="dimmed">
            {approval.effect === 'destructive'
              ? 'What destroys is allowed one call at a time.'
              : 'What is flagged is allowed one call at a time.'}
          </Text>
        )}
      </Group>
      <form onSubmit={deny}>
        <Group gap="xs" align="flex-end">
          <TextInput
            label="Why not? The assistant is told"
            placeholder="optional"
            value={reason}
            maxLength={500}
            autoComplete="off"
            onChange={event => setReason(event.currentTarget.value)}
            flex={1}
            miw={200}
          />
          <Button type="submit" color="red" variant="light">
            Deny
          </Button>
        </Group>
      </form>
    </>
  );
}
