import { Badge, type BadgeProps } from '@mantine/core';
import { useStore } from '../api/store.ts';

const EFFECTS: Readonly<Record<string, readonly [string, string]>> = {
  read: ['reads', 'gray'],
  write: ['changes', 'blue'],
  destructive: ['destroys', 'red'],
};
const FLAGS: Readonly<Record<string, string>> = {
  revealsSecret: 'reveals a secret',
  contactsPeople: 'mails people',
  costsMoney: 'costs money',
};

/** What an action does, in a word and a colour. */
export function Effect({ effect, flags = [] }: { readonly effect: string; readonly flags?: readonly string[] }) {
  const [word, color] = EFFECTS[effect] ?? [effect, 'gray'];
  return (
    <>
      <Badge color={color}>{word}</Badge>
      {flags.map(flag => (
        <Badge key={flag} color="orange">
          {FLAGS[flag] ?? flag}
        </Badge>
      ))}
    </>
  );
}

/** Stands wherever something is made up: a demonstration never pretends to be real. */
export function Demo(props: BadgeProps) {
  return (
    <Badge color="grape" variant="filled" {...props}>
      demonstration
    </Badge>
  );
}

/** A tool, and its action where it has several. */
export function actionOf(tool: string, action: string | undefined): string {
  return action === undefined || action === tool ? tool : `${tool} → ${action}`;
}

/** The name of an assistant as people know it. */
export function useNameOf(): (client: string) => string {
  const clients = useStore(state => state.loaded.clients);
  return id => {
    if (id === 'terminal') return 'Terminal';
    return clients?.find(client => client.id === id)?.title ?? id;
  };
}

export function timeOf(iso: string): string {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString()
    : date.toLocaleString(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}

/** `1 entry`, `12 entries`. */
export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}
