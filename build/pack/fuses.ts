import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

type Fuse = keyof typeof FuseV1Options;

/** What a released program must be. electron-builder.yml says it to electron-builder; this is what is read back. */
const WANTED: Readonly<Partial<Record<Fuse, 'on' | 'off'>>> = {
  RunAsNode: 'off',
  EnableCookieEncryption: 'on',
  EnableNodeOptionsEnvironmentVariable: 'off',
  EnableNodeCliInspectArguments: 'off',
  EnableEmbeddedAsarIntegrityValidation: 'on',
  OnlyLoadAppFromAsar: 'on',
  GrantFileProtocolExtraPrivileges: 'off',
};

const NAMES = Object.keys(FuseV1Options).filter((name): name is Fuse => Number.isNaN(Number(name)));

/** The fuses of an Electron program, or of a macOS app. */
export async function fusesOf(program: string): Promise<Readonly<Record<string, string>>> {
  const wire = await getCurrentFuseWire(program);
  return Object.fromEntries(NAMES.map(name => [name, stateOf(wire[FuseV1Options[name]])]));
}

/** What is not as wanted, as sentences. */
export async function problemsOf(program: string): Promise<readonly string[]> {
  const fuses = await fusesOf(program);
  return Object.entries(WANTED).flatMap(([name, state]) =>
    fuses[name] === state ? [] : [`${name} is ${fuses[name]}`],
  );
}

function stateOf(state: FuseState | undefined): string {
  if (state === FuseState.ENABLE) return 'on';
  return state === FuseState.DISABLE ? 'off' : 'not there';
}
