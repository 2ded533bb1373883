import { createHash } from 'node:crypto';
import type { ShippedPackage } from './packages.ts';
import { type PackTarget, type Project, targetName } from './target.ts';

/**
 * What is in a package, as CycloneDX 1.6. Made from the bundlers' own record and not from the lockfile: a dependency of the build is not shipped, and most
 * of what the window consists of is one. The same input gives the same bytes.
 */
export function sbomOf(packages: readonly ShippedPackage[], project: Project, target: PackTarget): string {
  const components = [
    ...packages.map(({ name, version, licence }) => ({
      type: 'library',
      'bom-ref': purl(name, version),
      ...named(name),
      version,
      licenses: [/^[\w.+-]+$/.test(licence) ? { license: { id: licence } } : { license: { name: licence } }],
      purl: purl(name, version),
    })),
    {
      type: 'application',
      'bom-ref': `pkg:generic/node@${project.node}`,
      name: 'node',
      version: project.node,
      licenses: [{ license: { id: 'MIT' } }],
      purl: `pkg:generic/node@${project.node}`,
    },
  ];
  const body = {
    metadata: {
      component: {
        type: 'application',
        'bom-ref': 'gatehouse',
        name: 'gatehouse',
        version: project.version,
        properties: [{ name: 'gatehouse:target', value: targetName(target) }],
      },
    },
    components,
    dependencies: [{ ref: 'gatehouse', dependsOn: components.map(component => component['bom-ref']) }],
  };
  const head = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    version: 1,
  };
  return `${JSON.stringify({ ...head, ...body }, null, 1)}\n`;
}

function named(name: string): { readonly group?: string; readonly name: string } {
  const [group, rest] = name.startsWith('@') ? name.split('/') : [];
  return group === undefined || rest === undefined ? { name } : { group, name: rest };
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** A UUID of version 8 from a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
