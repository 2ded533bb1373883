import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import './window.css';
import { createRoot } from 'react-dom/client';
import { signIn } from './api/client.ts';
import { begin } from './api/store.ts';
import { theme, variables } from './parts/theme.ts';
import { NoKey } from './screens/no-key.tsx';
import { Shell } from './shell/shell.tsx';

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');
// A new address pasted over an open window changes only the hash: start over with its key.
addEventListener('hashchange', () => {
  if (/[#&](key|launch)=/.test(location.hash)) location.reload();
});
const signedIn = await signIn();
if (signedIn === 'in') begin();
createRoot(place).render(
  <MantineProvider defaultColorScheme="auto" theme={theme} cssVariablesResolver={variables}>
    {signedIn === 'in' ? <Shell /> : <NoKey because={signedIn} />}
  </MantineProvider>,
);
