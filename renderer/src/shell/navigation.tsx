import { Badge, NavLink } from '@mantine/core';
import { ALERT } from '../parts/theme.ts';
import { hashOf } from '../route.ts';
import { useWords } from '../words/index.ts';
import type { Screen } from './screens.ts';

/** Those that have a place in the menu, in its order. */
export const LISTED = ['home', 'connections', 'approvals', 'history', 'assistants', 'settings', 'doctor'] as const;

export function Navigation({ screen, waiting }: { readonly screen: Screen; readonly waiting: number }) {
  const words = useWords();
  return LISTED.map(name => (
    <NavLink
      key={name}
      href={hashOf([name])}
      label={words[name].title}
      className="nav"
      active={name === screen}
      aria-current={name === screen ? 'page' : undefined}
      rightSection={
        name === 'approvals' && waiting > 0 ? (
          <Badge color={ALERT} variant="filled" circle aria-label={words.shell.badge(waiting)}>
            {waiting}
          </Badge>
        ) : undefined
      }
    />
  ));
}
