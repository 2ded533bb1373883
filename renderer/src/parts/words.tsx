import { Badge } from '@mantine/core';

const EFFECTS = { read: ['reads', 'gray'], write: ['changes', 'blue'], destructive: ['destroys', 'red'] } as const;
const FLAGS: Readonly<Record<string, string>> = {
  revealsSecret: 'reveals a secret',
  contactsPeople: 'mails people',
  costsMoney: 'costs money',
};

/** What an action does, in a word and a colour. */
export function Effect({ effect, flags = [] }: { readonly effect: string; readonly flags?: readonly string[] }) {
  const [word, color] = EFFECTS[effect as keyof typeof EFFECTS] ?? [effect, 'gray'];
  return (
    <>
      <Badge color={color} variant="light">
        {word}
      </Badge>
      {flags.map(flag => (
        <Badge key={flag} color="orange" variant="light">
          {FLAGS[flag] ?? flag}
        </Badge>
      ))}
    </>
  );
}

export function Demo() {
  return (
    <Badge color="grape" variant="filled">
      demonstration
    </Badge>
  );
}

export function timeOf(iso: string): string {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return today ? date.toLocaleTimeString() : date.toLocaleString();
}
