/** What our own servers need of the environment: nothing of the user's, only what the system and TLS want. */
const FOR_OURS = [
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'windir',
  'LANG',
  'LC_ALL',
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** The list of the MCP SDK's stdio transport, and the usual places of programs: a desktop app has a bare PATH. */
const FOR_CUSTOM = [
  'HOME',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TERM',
  'USER',
  'APPDATA',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'PROCESSOR_ARCHITECTURE',
  'SystemDrive',
  'USERNAME',
  'USERPROFILE',
  'PROGRAMFILES',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
  'XDG_DATA_HOME',
  ...FOR_OURS,
];

export function environmentForOurs(env: NodeJS.ProcessEnv): Record<string, string> {
  return pick(env, FOR_OURS);
}

export function environmentForCustom(env: NodeJS.ProcessEnv, homeFolder: string): Record<string, string> {
  const picked = pick(env, FOR_CUSTOM);
  if (process.platform === 'win32') return picked;
  const usual = ['/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin', `${homeFolder}/.local/bin`];
  const own = (picked.PATH ?? '').split(':').filter(folder => folder !== '');
  return { HOME: homeFolder, ...picked, PATH: [...own, ...usual.filter(folder => !own.includes(folder))].join(':') };
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])));
}
