import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  base: './',
  // The host puts the nonce of each answer in its place (app/serve/http.ts).
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../dist/window',
    emptyOutDir: true,
    // Every file is fetched with the page's own rules (CSP): nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // `light-dark()` stays as it is: what it is replaced by does not know Mantine's colour scheme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
});
