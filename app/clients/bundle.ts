import { strToU8, zipSync } from 'fflate';
import { GatehouseError } from '../contract/errors.ts';
import type { Launch } from './definition.ts';
import type { Bundle } from './registry.ts';

/**
 * A `.mcpb` bundle (manifest 0.3, clients.md §4.1) that starts the bridge of this computer. It holds no secret and no
 * server: whoever opens it elsewhere gets an entry whose program is not there. The same input gives the same bytes.
 */
export function bundleFor(of: {
  readonly name: string;
  /** `dpod/acme` */
  readonly label: string;
  readonly launch: Launch;
  /** Semver. */
  readonly version: string;
  readonly platform: NodeJS.Platform;
}): Bundle {
  const { name, label, launch, version, platform } = of;
  for (const value of [launch.command, ...launch.args]) {
    if (value.includes('${')) {
      throw new GatehouseError('GH_CLIENT_UNSAFE_VALUE', `Claude Desktop would replace a part of "${value}".`);
    }
  }
  const manifest = {
    manifest_version: '0.3',
    name: `gatehouse-${name}`,
    display_name: `Gatehouse: ${label}`,
    version,
    description: `The tools of ${label}, through Gatehouse on this computer.`,
    long_description:
      'Connects Claude Desktop with the Gatehouse that runs on this computer. The credentials stay in Gatehouse; this bundle holds none and works on this computer only.',
    author: { name: 'Gatehouse' },
    server: {
      type: 'node',
      entry_point: ENTRY_POINT,
      mcp_config: { command: launch.command, args: launch.args },
    },
    tools_generated: true,
    prompts_generated: true,
    keywords: ['gatehouse'],
    compatibility: { platforms: [platform] },
  };
  const bytes = zipSync(
    {
      'manifest.json': strToU8(`${JSON.stringify(manifest, null, 2)}\n`),
      [ENTRY_POINT]: strToU8(entryPoint(launch)),
    },
    { mtime: firstDay(), level: 9 },
  );
  return { name: `gatehouse-${name}.mcpb`, bytes };
}

const ENTRY_POINT = 'server/index.js';

/** The first day that a zip can name; in local time, as a zip counts, so the zone must be that of this moment. */
function firstDay(): Date {
  return new Date(1980, 0, 1);
}

/** For hosts that run the entry point and not the command: it starts the same command. */
function entryPoint({ command, args }: Launch): string {
  return [
    "const { spawn } = require('node:child_process');",
    `const child = spawn(${JSON.stringify(command)}, ${JSON.stringify(args)}, { stdio: 'inherit', windowsHide: true });`,
    "child.on('exit', code => process.exit(code ?? 1));",
    "child.on('error', error => { console.error(error.message); process.exit(1); });",
    '',
  ].join('\n');
}
