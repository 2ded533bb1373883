import type { ClientDefinition } from '../definition.ts';
import { claudeCode } from './claude-code.ts';
import { claudeDesktop } from './claude-desktop.ts';
import { cursor } from './cursor.ts';
import { geminiCli } from './gemini-cli.ts';
import { vscode, vscodeInsiders } from './vscode.ts';

/** Every client we know, in the order in which they are shown. A new one is a file here and a line in this list. */
export const KNOWN: readonly ClientDefinition[] = [
  claudeDesktop,
  claudeCode,
  cursor,
  geminiCli,
  vscode,
  vscodeInsiders,
];
