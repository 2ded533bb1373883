import { Badge, NavLink } from '@mantine/core';
import { ALERT } from '../parts/theme.ts';
import { hashOf } from '../route.ts';

export const SCREENS = {
  connections: 'Connections',
  approvals: 'Approvals',
  history: 'History',
  assistants: 'Assistants',
} as const;
export type Screen = keyof typeof SCREENS;

/** The screen of an address; an unknown one leads to the first. */
export function screenOf([name = '']: readonly string[]): Screen {
  return isScreen(name) ? name : 'connections';
}

function isScreen(name: string): name is Screen {
  return Object.hasOwn(SCREENS, name);
}

export function Navigation({ screen, waiting }: { readonly screen: Screen; readonly waiting: number }) {
  return Object.entries(SCREENS).map(([name, title]) => (
    <NavLink
      key={name}
      href={hashOf([name])}
      label={title}
      className="nav"
      active={name === screen}
      aria-current={name === screen ? 'page' : undefined}
      rightSection={
        name === 'approvals' && waiting > 0 ? (
          <Badge color={ALERT} variant="filled" circle aria-label={`${waiting} waiting`}>
            {waiting}
          </Badge>
        ) : undefined
      }
    />
  ));
}
