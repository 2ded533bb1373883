import { Badge, Button, createTheme } from '@mantine/core';

/** Calm: words as they are written, no capitals, no shouting colours. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 8 },
  cursorType: 'pointer',
  fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  components: {
    Badge: Badge.extend({ defaultProps: { tt: 'none', fw: 600, variant: 'light', radius: 'sm' } }),
    Button: Button.extend({ defaultProps: { fw: 500 } }),
  },
});
