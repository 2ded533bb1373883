import { Badge, type BadgeProps } from '@mantine/core';
import { useStore } from '../api/store.ts';
import { useWords } from '../words/index.ts';

const COLORS: Readonly<Record<string, string>> = { read: 'gray', write: 'blue', destructive: 'red' };

/** What an action does, in a word and a colour. */
export function Effect({ effect, flags = [] }: { readonly effect: string; readonly flags?: readonly string[] }) {
  const { common } = useWords();
  const effects: Readonly<Record<string, string>> = common.effects;
  const told: Readonly<Record<string, string>> = common.flags;
  return (
    <>
      <Badge color={COLORS[effect] ?? 'gray'}>{effects[effect] ?? effect}</Badge>
      {flags.map(flag => (
        <Badge key={flag} color="orange">
          {told[flag] ?? flag}
        </Badge>
      ))}
    </>
  );
}

/** Stands wherever something is made up: a demonstration never pretends to be real. */
export function Demo(props: BadgeProps) {
  return (
    <Badge color="grape" variant="filled" {...props}>
      {useWords().common.demonstration}
    </Badge>
  );
}

/** A tool, and its action where it has several. */
export function actionOf(tool: string, action: string | undefined): string {
  return action === undefined || action === tool ? tool : `${tool} → ${action}`;
}

/** The name of an assistant as people know it. */
export function useNameOf(): (client: string) => string {
  const { common } = useWords();
  const clients = useStore(state => state.loaded.clients);
  return id => {
    if (id === 'terminal') return common.terminal;
    return clients?.find(client => client.id === id)?.title ?? id;
  };
}
