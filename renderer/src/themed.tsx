import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { useStore } from './api/store.ts';
import { theme, variables } from './parts/theme.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// The part of Mantine that keeps the page from scrolling behind a dialog looks for it under this name only.
Object.assign(globalThis, { __webpack_nonce__: nonce });

/** The colours as the setting says, else as the system does. Nothing is stored in the browser. */
export function Themed({ children }: { readonly children: ReactNode }) {
  const set = useStore(state => state.loaded.status?.theme ?? 'system');
  return (
    <MantineProvider
      defaultColorScheme="auto"
      theme={theme}
      cssVariablesResolver={variables}
      getStyleNonce={() => nonce}
      {...(set === 'system' ? {} : { forceColorScheme: set })}
    >
      {children}
    </MantineProvider>
  );
}
