import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { useStore } from './api/store.ts';
import { theme, variables } from './parts/theme.ts';

/** The colours as the setting says, else as the system does. Nothing is stored in the browser. */
export function Themed({ children }: { readonly children: ReactNode }) {
  const set = useStore(state => state.loaded.status?.theme ?? 'system');
  return (
    <MantineProvider
      defaultColorScheme="auto"
      theme={theme}
      cssVariablesResolver={variables}
      {...(set === 'system' ? {} : { forceColorScheme: set })}
    >
      {children}
    </MantineProvider>
  );
}
