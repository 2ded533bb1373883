import { createInterface } from 'node:readline';
import { GatehouseError } from '../contract/index.ts';

/** How commands talk: JSON for scripts, plain words for people. */
export interface Output {
  readonly json: boolean;
  /** One value: as JSON, or as the words that `human` makes of it. */
  value<T>(value: T, human: (value: T) => string): void;
  /** A list: as one JSON array, or a table. */
  table<T>(rows: readonly T[], columns: Readonly<Record<string, (row: T) => string>>, empty: string): void;
  line(text: string): void;
  /** For people only, beside the result. */
  note(text: string): void;
}

export function createOutput(json: boolean): Output {
  const line = (text: string): void => void process.stdout.write(`${text}\n`);
  return {
    json,
    line,
    value: (value, human) => line(json ? JSON.stringify(value) : human(value)),
    table(rows, columns, empty) {
      if (json) return line(JSON.stringify(rows));
      if (rows.length === 0) return line(empty);
      const heads = Object.keys(columns);
      const cells = rows.map(row => Object.values(columns).map(cell => cell(row)));
      const widths = heads.map((head, at) => Math.max(head.length, ...cells.map(row => row[at]?.length ?? 0)));
      for (const row of [heads, ...cells])
        line(
          row
            .map((cell, at) => cell.padEnd(widths[at] ?? 0))
            .join('  ')
            .trimEnd(),
        );
    },
    note: text => void (json || process.stderr.write(`${text}\n`)),
  };
}

/** Prints an error the way the caller reads it and returns the exit status: 2 for wrong usage, else 1. */
export function printError(error: unknown, json: boolean): number {
  const known = told(error);
  process.stderr.write(
    json ? `${JSON.stringify({ error: known })}\n` : `${known.message}\n${known.hint} [${known.code}]\n`,
  );
  if (!(error instanceof GatehouseError) && process.env.GATEHOUSE_DEBUG !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  return known.code === 'GH_USAGE' ? 2 : 1;
}

/** What is known of an error. A server on its own speaks of its failures with codes of the kit, which are not the host's. */
function told(error: unknown): { readonly code: string; readonly message: string; readonly hint: string } {
  if (error instanceof GatehouseError) return error.toJSON();
  if (error instanceof Error && 'code' in error && 'hint' in error && String(error.code).startsWith('GH_'))
    return { code: String(error.code), message: error.message, hint: String(error.hint) };
  return new GatehouseError('GH_INTERNAL', error instanceof Error ? error.message : String(error)).toJSON();
}

/** Asks on the terminal; a secret is not echoed. */
export async function prompt(question: string, secret: boolean): Promise<string> {
  if (!process.stdin.isTTY)
    throw new GatehouseError('GH_INVALID_INPUT', `${question} is needed, and there is no terminal to ask on.`, {
      hint: 'Give secrets as JSON with --secrets-stdin.',
    });
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  return new Promise(resolve => {
    reader.question(`${question}: `, answer => {
      reader.close();
      if (secret) process.stderr.write('\n');
      resolve(answer);
    });
    // readline echoes through this method; a secret shows nothing
    if (secret) Object.defineProperty(reader, '_writeToOutput', { value: () => undefined });
  });
}

export async function readStdin(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of process.stdin) parts.push(chunk as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
