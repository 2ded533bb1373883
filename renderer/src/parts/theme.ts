import { Badge, Button, type CSSVariablesResolver, createTheme } from '@mantine/core';

/** Calm: words as they are written, no capitals, no shouting colours. */
/** Orange on which white text can be read. */
export const ALERT = '#b53f0c';

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  components: {
    Badge: Badge.extend({ defaultProps: { tt: 'none', fw: 600, variant: 'light', radius: 'sm' } }),
    Button: Button.extend({ defaultProps: { fw: 500 } }),
  },
});

/** Greys that read well on both grounds (at least 4.5 : 1), and marks that do not stand out by being black. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#6b7278',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-gray-light-color': '#495057',
    '--mantine-color-blue-light-color': '#155a9c',
    '--mantine-color-green-light-color': '#1f6b2d',
    '--mantine-color-orange-light-color': '#a33c06',
    '--mantine-color-red-light-color': '#b02525',
  },
  dark: {
    '--mantine-color-dimmed': '#a6a6a6',
    '--mantine-color-placeholder': '#969696',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-gray-light': '#3d3d3d',
    '--mantine-color-gray-light-color': '#d5d5d5',
  },
});
