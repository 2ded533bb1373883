import { Input, NativeSelect, SegmentedControl } from '@mantine/core';
import { Panel } from '../../parts/panel.tsx';
import { LANGUAGES, useWords } from '../../words/index.ts';
import type { SettingsProps } from './settings.tsx';

const THEMES = ['system', 'light', 'dark'] as const;

export function WindowSettings({ values, set }: SettingsProps) {
  const { window } = useWords().settings;
  return (
    <Panel title={window.title}>
      <Input.Wrapper label={window.theme} labelElement="div">
        <div>
          <SegmentedControl
            aria-label={window.theme}
            data={THEMES.map(value => ({ value, label: window.themes[value] }))}
            value={String(values.theme)}
            onChange={value => void set('theme', value)}
          />
        </div>
      </Input.Wrapper>
      <NativeSelect
        maw={320}
        label={window.language}
        data={[
          { value: 'system', label: window.systemLanguage },
          ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label })),
        ]}
        value={String(values.language)}
        onChange={event => void set('language', event.currentTarget.value)}
      />
    </Panel>
  );
}
