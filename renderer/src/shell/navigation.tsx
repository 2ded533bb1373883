import { Badge, NavLink } from '@mantine/core';
import { ALERT } from '../parts/theme.ts';
import { hashOf } from '../route.ts';
import { useWords } from '../words/index.ts';

export const SCREENS = ['connections', 'approvals', 'history', 'assistants'] as const;
export type Screen = (typeof SCREENS)[number];

/** The screen of an address; an unknown one leads to the first. */
export function screenOf([name = '']: readonly string[]): Screen {
  return SCREENS.find(screen => screen === name) ?? 'connections';
}

export function Navigation({ screen, waiting }: { readonly screen: Screen; readonly waiting: number }) {
  const words = useWords();
  return SCREENS.map(name => (
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
