import type { assistants as en } from '../en/assistants.ts';
import { formatsOf } from '../format.ts';

const { count, list, number } = formatsOf('de');
const actions = (n: number): string => count(n, { one: 'Aktion', other: 'Aktionen' });

export const assistants: typeof en = {
  title: 'Assistenten',
  about:
    'Gatehouse trägt sich in die Einstellungsdatei eines Assistenten ein. Sie sehen die Änderung vorher und können sie Byte für Byte zurücknehmen. Ein Schlüssel steht nicht darin.',
  none: 'Gatehouse kennt auf diesem System keine Assistenten.',
  notHere: n =>
    `${count(n, { one: 'weiterer, den', other: 'weitere, die' })} Gatehouse kennt, nicht auf diesem Computer gefunden`,
  found: { yes: 'auf diesem Computer', leftovers: 'nur seine Einstellungen sind da', no: 'nicht gefunden' },
  registered: 'eingetragen',
  revoked: 'Schlüssel entzogen',
  otherServers: n => `enthält auch ${count(n, { one: 'anderen Server', other: 'andere Server' })}`,
  otherFiles: 'Er liest auch, und Gatehouse schreibt nicht:',
  connectionsOf: name => `Verbindungen von ${name}`,
  states: {
    missing: 'aus der Datei verschwunden',
    changed: 'von jemandem geändert',
    moved: 'zeigt auf einen alten Ort',
    unknown: 'nicht lesbar',
    'connection removed': 'Verbindung entfernt',
  },
  register: 'Eintragen …',
  unregister: 'Austragen …',
  undo: 'Rückgängig',
  changedBefore: 'Vor einer Weile geändert.',
  calls: 'Seine Aufrufe',
  revoke: {
    ask: 'Schlüssel entziehen …',
    loses: 'Jede offene Sitzung dieses Assistenten endet sofort; seine Datei bleibt, wie sie ist.',
    no: 'Behalten',
    yes: name => `${name} den Schlüssel entziehen`,
    done: 'Sein Schlüssel ist entzogen, seine Verbindungen sind beendet. Tragen Sie ihn neu ein, um ihm einen neuen zu geben.',
  },
  change: {
    registerWith: name => `Bei ${name} eintragen`,
    unregisterFrom: name => `Bei ${name} austragen`,
    noConnection: 'Noch gibt es keine Verbindung zum Eintragen.',
    addOne: 'Eine anlegen',
    mayUse: 'Verbindungen, die er benutzen darf',
    takeOut: 'Verbindungen, die herausgenommen werden',
    replace: 'Trotzdem ersetzen',
    remove: 'Trotzdem entfernen',
    nothing: file => `In ${file} ändert sich nichts.`,
    changes: file => `Dies ändert ${file}:`,
    title: 'Die Änderung',
    before: 'Vorher',
    after: 'Nachher',
    register: 'Eintragen',
    unregister: 'Austragen',
    registered: 'Eingetragen.',
    unregistered: 'Ausgetragen.',
  },
  may: {
    title: 'Was er benutzen darf',
    line: (allow, ask, no) => `${actions(allow)} sofort, ${number(ask)} nach Rückfrage, ${number(no)} nicht`,
    cost: tokens => `seine Liste kostet etwa ${number(tokens)} Tokens`,
    change: 'Ändern',
  },
  handOut: {
    link: 'Installationslink …',
    bundle: '.mcpb herunterladen …',
    linkTitle: name => `Ein Installationslink für ${name}`,
    bundleTitle: name => `Ein Paket für ${name}`,
    linkAbout:
      'Auf diesem Computer geöffnet, bittet er den Assistenten, die Verbindung anzulegen. Er enthält keinen Schlüssel.',
    bundleAbout:
      'Eine Datei, die man mit dem Assistenten öffnet; er behält sie als Erweiterung. Sie enthält keinen Schlüssel.',
    connection: 'Verbindung',
    make: 'Den Link machen',
    download: 'Herunterladen',
    open: 'Öffnen',
    theLink: 'Der Link',
    downloaded: name => `${name} liegt in Ihren Downloads. Öffnen Sie die Datei mit dem Assistenten.`,
  },
  repair: {
    needed: names => `Einträge von ${list(names)} führen nicht mehr hierher.`,
    button: 'Reparieren',
    nothing: 'Es war nichts mehr zu reparieren.',
    healed: (client, entries) => `${client}: ${list(entries)} repariert.`,
    changed: (client, entries) =>
      `${client}: ${list(entries)} wurde von jemandem geändert und blieb, wie es ist. Tragen Sie ihn neu ein, um es zu ersetzen.`,
  },
};
