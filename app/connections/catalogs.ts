import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../mcp/kit/catalog.ts';
import { GatehouseError } from '../contract/errors.ts';

/** The catalogues of the backends we ship, read from the build once they are asked for. */
export interface Catalogs {
  list(): string[];
  get(backend: string): Catalog;
}

export function createCatalogs(folder: string): Catalogs {
  const known = new Map<string, Catalog>();
  const list = (): string[] =>
    readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .map(name => name.slice(0, -5))
      .sort();
  return {
    list,
    get(backend) {
      const found = known.get(backend);
      if (found !== undefined) return found;
      if (!list().includes(backend)) {
        throw new GatehouseError('GH_NOT_FOUND', `There is no backend "${backend}".`, {
          hint: `Use one of: ${[...list(), 'custom'].join(', ')}.`,
        });
      }
      const catalog = JSON.parse(readFileSync(join(folder, `${backend}.json`), 'utf8')) as Catalog;
      known.set(backend, catalog);
      return catalog;
    },
  };
}
