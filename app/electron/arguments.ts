import { isAbsolute, join } from 'node:path';
import * as z from 'zod';

/** What somebody asked for by starting the app, or by starting it again while it runs. */
export const askedSchema = z.strictObject({
  /** Start without a window: at login, or because an assistant needs the host. */
  hidden: z.boolean(),
  demo: z.boolean(),
  home: z.string().max(4_096).optional(),
  /** `gatehouse://…` links and paths of `.gatehouse` files, as given. */
  invitations: z.array(z.string().max(8_192)).max(20),
});
export type Asked = z.output<typeof askedSchema>;

/** Reads a command line. What is not ours (switches of Chromium, of the packager) is passed over. */
export function readArguments(argv: readonly string[], folder: string): Asked {
  const home = argv[argv.indexOf('--home') + 1];
  const invitations = argv.flatMap(arg => {
    if (arg.length > 8_192 || arg.startsWith('-')) return [];
    if (/^gatehouse:/i.test(arg)) return [arg];
    return arg.endsWith('.gatehouse') ? [isAbsolute(arg) ? arg : join(folder, arg)] : [];
  });
  return {
    hidden: argv.includes('--hidden'),
    demo: argv.includes('--demo'),
    ...(argv.includes('--home') && home !== undefined ? { home } : {}),
    invitations: invitations.slice(0, 20),
  };
}
