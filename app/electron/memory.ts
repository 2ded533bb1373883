import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const schema = z.object({
  bounds: z
    .object({ x: z.number().int(), y: z.number().int(), width: z.number().int(), height: z.number().int() })
    .optional(),
  maximized: z.boolean().optional(),
  /** The person was told once that closing the window leaves Gatehouse running. */
  toldAboutClosing: z.boolean().optional(),
  /** The version to whose update the person said "not now". */
  notNow: z.string().optional(),
  /** Of the MCP endpoint over HTTP. */
  endpointPort: z.number().int().min(1).max(65_535).optional(),
});
export type Remembered = z.output<typeof schema>;

/** The few things the app remembers of its windows. A file that is missing or damaged counts as empty: nothing in it matters. */
export interface Memory {
  get(): Remembered;
  set(change: Remembered): void;
}

export function openMemory(file: string): Memory {
  let values = read(file);
  return {
    get: () => values,
    set(change) {
      values = { ...values, ...change };
      writeFileSync(`${file}.new`, JSON.stringify(values), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

function read(file: string): Remembered {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
