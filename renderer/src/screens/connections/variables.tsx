import { Button, CloseButton, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { Secret } from './fields.tsx';

export interface Variable {
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

interface VariablesProps {
  readonly list: readonly Variable[];
  readonly onChange: (list: readonly Variable[]) => void;
}

/** The secrets of a custom server: it knows no other way to get them than its environment. */
export function Variables({ list, onChange }: VariablesProps) {
  const change = (key: number, part: Partial<Variable>): void =>
    onChange(list.map(one => (one.key === key ? { ...one, ...part } : one)));
  return (
    <Fieldset legend="Secret environment variables">
      <Stack gap="xs">
        <Text size="xs" c="dimmed">
          Kept in the vault, given to this server alone. Programs of yours can read another program’s environment: that
          is how custom servers get their secrets, and no other way is open to them.
        </Text>
        {list.map(({ key, name, value }, at) => (
          <Group key={key} gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              label={`Variable ${at + 1}`}
              placeholder="API_TOKEN"
              spellCheck={false}
              value={name}
              onChange={event => change(key, { name: event.currentTarget.value })}
            />
            <div className="grow">
              <Secret label={`Value ${at + 1}`} value={value} onChange={text => change(key, { value: text })} />
            </div>
            <CloseButton
              mb={4}
              aria-label={`Leave out variable ${at + 1}`}
              onClick={() => onChange(list.filter(one => one.key !== key))}
            />
          </Group>
        ))}
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange([...list, { key: (list.at(-1)?.key ?? 0) + 1, name: '', value: '' }])}
          >
            Add a variable
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

export function secretsOf(list: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(
    list.flatMap(({ name, value }) => (name.trim() === '' || value === '' ? [] : [[name.trim(), value]])),
  );
}
