import { appendFileSync, mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { redactText } from '../policy/index.ts';

/** Writes unexpected failures down, without names and secrets; only the first is shown. */
export interface Failures {
  note(error: unknown): void;
  /** A line without a failure of its own. */
  say(text: string): void;
}

export function openFailures(deps: {
  readonly folder: string;
  readonly version: string;
  readonly now: () => Date;
  readonly show: (file: string) => void;
}): Failures {
  const file = join(deps.folder, 'app.log');
  let told = false;
  const write = (text: string): void => {
    try {
      mkdirSync(deps.folder, { recursive: true, mode: 0o700 });
      appendFileSync(file, `${deps.now().toISOString()} ${deps.version} ${process.platform}: ${anonymous(text)}\n`, {
        mode: 0o600,
      });
    } catch {
      // A full disk must not make a failure out of the note of one.
    }
  };
  return {
    say: write,
    note(error) {
      write(error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (told) return;
      told = true;
      deps.show(file);
    },
  };
}

/** Without secrets, the person's folder and name. */
export function anonymous(text: string, home = homedir(), user = userInfo().username): string {
  const known = redactText(text).replaceAll(home, '~');
  return user.length < 3 ? known : known.replaceAll(new RegExp(`\\b${escaped(user)}\\b`, 'g'), '…');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
