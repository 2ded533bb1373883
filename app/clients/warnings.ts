import type { ClientsParts } from './clients-parts.ts';
import type { ClientDefinition, Launch } from './definition.ts';
import { checkExpansions, launchFor } from './entries.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './targets.ts';

const NAMED = 3;

/** What a person should know before, or after, entries were written for a client. */
export function registerWarnings(
  parts: ClientsParts,
  definition: ClientDefinition,
  before: Snapshot,
  target: Target,
): readonly string[] {
  const { place, launcher } = parts;
  const tools = target.entries.map(({ connection, name }) => ({ name, tools: parts.toolsOf(connection) }));
  const all = [
    ...(definition.evidence(place).some(({ kind }) => kind === 'program')
      ? []
      : [`${definition.title} was not found on this computer; it will find the entry when it is installed.`]),
    ...fleetingLauncher(launcher),
    ...target.entries.flatMap(({ connection }) =>
      checkExpansions(definition, launchFor(definition, launcher, connection)),
    ),
    ...tools.flatMap(of => longNames(definition, of.name, of.tools)),
    ...tooManyTools(
      definition,
      tools.reduce((sum, of) => sum + of.tools.length, 0),
    ),
    ...(before.stat !== null && before.stat.nlink > 1
      ? [`${before.file} has a second name on the disk (a hard link); only the one named here is changed.`]
      : []),
    ...(definition.locate(place).others ?? [])
      .filter(other => place.exists(other))
      .map(other => `${definition.title} also has ${other}, which is left as it is.`),
  ];
  return [...new Set(all)];
}

/** Tools whose full name is longer than the client takes. */
function longNames(definition: ClientDefinition, server: string, tools: readonly string[]): readonly string[] {
  const { fullName, nameParts, whenTooLong } = definition.limits;
  if (fullName === null) return [];
  const long = tools.filter(
    tool => nameParts.before.length + server.length + nameParts.between.length + tool.length > fullName,
  );
  if (long.length === 0) return [];
  const what = {
    'left out': 'leaves them out',
    cut: 'cuts them, so that two may become one',
    'sent as it is': 'sends them as they are, and the model may refuse them',
    unknown: 'may not take them',
  }[whenTooLong];
  const some = `${long.slice(0, NAMED).join(', ')}${long.length > NAMED ? ', …' : ''}`;
  return [
    `${long.length} tools of "${server}" have full names of more than ${fullName} characters; ${definition.title} ${what}: ${some}.`,
  ];
}

/** More tools than the client offers to its model, counting only ours. */
function tooManyTools(definition: ClientDefinition, count: number): readonly string[] {
  const { tools } = definition.limits;
  return tools !== null && count > tools
    ? [
        `${definition.title} may offer only ${tools} tools over all servers; those of Gatehouse alone are ${count}. Use the grouped presentation, or fewer connections.`,
      ]
    : [];
}

/** Places from which a program goes away: at the next start, the next update, when a disk image is ejected. */
function fleetingLauncher(launcher: Launch): readonly string[] {
  const fleeting = /\/\.mount_|\/AppTranslocation\/|^\/Volumes\/|\\app-\d+\.\d+\.\d+\\/;
  return [launcher.command, ...launcher.args]
    .filter(value => fleeting.test(value))
    .map(value => `${value} is in a place that does not last; install Gatehouse properly, then register again.`);
}
