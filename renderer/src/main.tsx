import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import './window.css';
import { createRoot } from 'react-dom/client';
import { signIn } from './api/client.ts';
import { begin } from './api/store.ts';
import { App } from './app.tsx';
import { NoKey } from './screens/no-key.tsx';

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');
const root = createRoot(place);
const signedIn = await signIn().catch(() => false);
if (signedIn) await begin();
root.render(
  <MantineProvider defaultColorScheme="auto" theme={{ primaryColor: 'blue', cursorType: 'pointer' }}>
    {signedIn ? <App /> : <NoKey />}
  </MantineProvider>,
);
