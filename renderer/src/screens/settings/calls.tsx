import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { Panel } from '../../parts/panel.tsx';
import { Sure } from '../../parts/sure.tsx';
import { useWords } from '../../words/index.ts';
import type { SettingsProps } from './settings.tsx';

const APPROVAL = [15, 30, 45, 50];
const IDLE = [5, 10, 30, 60, 240, 0];
const RETENTION = [7, 30, 90, 365, 0];

/** Times: how long a call waits, how long a server idles, how long the history is kept. */
export function CallSettings({ values, set }: SettingsProps) {
  const { calls } = useWords().settings;
  const kept = Number(values.retentionDays);
  const [wanted, setWanted] = useState<number>();
  const days = wanted ?? kept;
  const shorter = days > 0 && (kept === 0 || days < kept);
  const keep = (value: number): void => {
    const loses = value > 0 && (kept === 0 || value < kept);
    setWanted(loses ? value : undefined);
    if (!loses) void set('retentionDays', value);
  };
  return (
    <Panel title={calls.title}>
      <Choice
        label={calls.approval}
        description={calls.approvalText}
        choices={APPROVAL}
        value={Number(values.approvalSeconds)}
        told={calls.seconds}
        onChange={value => void set('approvalSeconds', value)}
      />
      <Choice
        label={calls.idle}
        description={calls.idleText}
        choices={IDLE}
        value={Number(values.idleMinutes)}
        told={value => (value === 0 ? calls.never : calls.after(value))}
        onChange={value => void set('idleMinutes', value)}
      />
      <Choice
        label={calls.retention}
        description={calls.retentionText}
        choices={RETENTION}
        value={days}
        told={value => (value === 0 ? calls.forever : calls.days(value))}
        onChange={keep}
      />
      {shorter && (
        <div>
          <Sure
            key={days}
            ask={calls.forget(days)}
            loses={calls.forgetLoses}
            no={calls.forgetNo}
            yes={calls.forgetYes}
            onYes={() => set('retentionDays', days).then(() => setWanted(undefined))}
          />
        </div>
      )}
    </Panel>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly description: string;
  readonly choices: readonly number[];
  readonly value: number;
  readonly told: (value: number) => string;
  readonly onChange: (value: number) => void;
}

/** A few sensible numbers, and the one that was set by command if it is another. */
function Choice({ label, description, choices, value, told, onChange }: ChoiceProps) {
  const all = choices.includes(value) ? choices : [value, ...choices];
  return (
    <NativeSelect
      maw={420}
      label={label}
      description={description}
      data={all.map(one => ({ value: String(one), label: told(one) }))}
      value={String(value)}
      onChange={event => onChange(Number(event.currentTarget.value))}
    />
  );
}
