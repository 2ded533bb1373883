import { Checkbox, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core';
import type { FieldView } from '../../../../app/contract/index.ts';

export type Values = Readonly<Record<string, unknown>>;

interface FieldProps {
  readonly field: FieldView;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** One field of a backend's own declaration. */
export function Field({ field, value, onChange }: FieldProps) {
  const common = { label: field.title, description: field.description, required: field.required };
  const text = value === undefined || value === null ? '' : String(value);
  switch (field.kind) {
    case 'secret':
      return <Secret {...common} value={text} onChange={onChange} />;
    case 'boolean':
      return (
        <Checkbox
          label={field.title}
          description={field.description}
          checked={value === true}
          onChange={event => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          data={[
            ...(field.required || field.default !== undefined ? [] : [{ value: '', label: '' }]),
            ...(field.choices ?? []).map(choice => ({ value: choice.value, label: choice.title })),
          ]}
          value={text}
          onChange={event => onChange(event.currentTarget.value)}
        />
      );
    case 'list':
      return (
        <Textarea
          {...common}
          description={`${field.description} One in each line.`}
          autosize
          minRows={1}
          value={Array.isArray(value) ? value.join('\n') : text}
          onChange={event => onChange(event.currentTarget.value === '' ? [] : event.currentTarget.value.split('\n'))}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          spellCheck={false}
          autoComplete="off"
          inputMode={field.kind === 'number' ? 'decimal' : field.kind === 'url' ? 'url' : 'text'}
          value={text}
          onChange={event => onChange(event.currentTarget.value)}
        />
      );
  }
}

interface SecretProps {
  readonly label: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Typed, sent, gone: a secret is never shown again. */
export function Secret({ onChange, ...rest }: SecretProps) {
  return (
    <PasswordInput
      {...rest}
      autoComplete="off"
      spellCheck={false}
      visibilityToggleButtonProps={{ 'aria-label': `Show ${rest.label} while typing`, tabIndex: 0 }}
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}

/** The fields that were filled in, by name. */
export function filled(fields: readonly FieldView[], values: Values): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name }) => (values[name] === undefined || values[name] === '' ? [] : [[name, values[name]]])),
  );
}

export function texts(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
