import type { settings as en } from '../en/settings.ts';
import { formatsOf } from '../format.ts';

const { count, number } = formatsOf('de');
const minutes = (n: number): string => count(n, { one: 'Minute', other: 'Minuten' });

export const settings: typeof en = {
  title: 'Einstellungen',
  window: {
    title: 'Dieses Fenster',
    theme: 'Farben',
    themes: { system: 'wie das System', light: 'hell', dark: 'dunkel' },
    language: 'Sprache',
    systemLanguage: 'wie das System',
  },
  start: {
    title: 'Starten',
    atLogin: 'Bei der Anmeldung starten',
    atLoginText:
      'Das kann die installierte App. Hier startet Gatehouse von selbst, sobald ein Assistent oder ein Befehl es braucht.',
    atLoginHere: 'Gatehouse startet ohne Fenster und wartet auf Assistenten.',
    updates: 'Aktualisierungen',
    updatesText: version => `Dies ist Version ${version}. Die installierte App aktualisiert sich selbst.`,
    command: 'Der Befehl gatehouse im Terminal',
    commandText: {
      absent: where => `Legt ihn unter ${where} an.`,
      installed: (where, onPath) =>
        onPath ? `Er liegt unter ${where}.` : `Er liegt unter ${where}; nehmen Sie den Ordner in PATH auf.`,
      package: where => `Das Paket hat ihn unter ${where} angelegt.`,
      taken: where => `${where} ist eine fremde Datei. Räumen Sie sie zuerst weg.`,
    },
    update: {
      version: version => `Dies ist Version ${version}.`,
      why: {
        development: 'Sie läuft aus einem Quellordner und aktualisiert sich nicht selbst.',
        'package-manager': 'Aktualisierungen bringt Ihre Paketverwaltung.',
        unsigned: 'Sie ist nicht signiert und aktualisiert sich deshalb nicht selbst.',
        'read-only': 'Der Ordner des AppImage ist nicht beschreibbar, deshalb aktualisiert sie sich nicht selbst.',
      },
      checking: 'Eine neuere wird gesucht …',
      none: at => `Für diesen Computer gibt es keine neuere (${at}).`,
      available: version => `Version ${version} ist da.`,
      downloading: version => `Version ${version} wird geholt.`,
      ready: version =>
        `Version ${version} ist geholt und geprüft. Das Installieren beendet alle Aufrufe und startet Gatehouse neu.`,
      installing: version => `Version ${version} wird installiert.`,
      notes: 'Was neu ist',
      check: 'Nach Aktualisierungen suchen',
      download: 'Holen',
      install: 'Installieren und neu starten',
      later: 'Jetzt nicht',
    },
  },
  calls: {
    title: 'Aufrufe',
    approval: 'Wie lange ein Aufruf auf Sie wartet',
    approvalText: 'Danach wird er abgelehnt. Die Assistenten selbst geben nach einer Minute auf.',
    seconds: n => count(n, { one: 'Sekunde', other: 'Sekunden' }),
    idle: 'Einen Server beenden, den niemand benutzt',
    idleText: 'Mit dem nächsten Aufruf startet er wieder.',
    after: n => `nach ${minutes(n)}`,
    never: 'nie',
    retention: 'Den Verlauf aufbewahren',
    retentionText: 'Was älter ist, wird einige Male am Tag entfernt. Der Rest lässt sich weiter prüfen.',
    forever: 'für immer',
    days: n => `für ${count(n, { one: 'Tag', other: 'Tage' })}`,
    forget: n => `Vergessen, was älter ist als ${count(n, { one: 'Tag', other: 'Tage' })}…`,
    forgetLoses:
      'Ältere Einträge gehen sofort und kommen nicht zurück. Exportieren Sie sie vorher, wenn Sie sie brauchen.',
    forgetNo: 'Behalten',
    forgetYes: 'Vergessen',
  },
  http: {
    title: 'HTTP-Zugang',
    about:
      'Für Programme, die eine Adresse statt eines Befehls brauchen. Er lauscht nur auf diesem Rechner und verlangt einen Schlüssel.',
    on: 'Die Verbindungen über HTTP anbieten',
    address: 'Adresse',
    keys: 'Schlüssel',
    keysText:
      'Ein Schlüssel wird aus seiner Datei gelesen und als „Authorization: Bearer …“ geschickt. Hier wird er nie gezeigt.',
    program: 'Ein Schlüssel für ein weiteres Programm',
    programText: 'Ein Name aus a-z, 0-9 und Bindestrichen.',
    make: 'Schlüssel anlegen',
    made: file => `Der Schlüssel steht in ${file}.`,
    revoked: 'widerrufen',
    revokeOf: client => `Den Schlüssel von ${client} widerrufen…`,
    revokeLoses: 'Seine Sitzungen enden sofort, und die Datei verschwindet.',
    revokeNo: 'Behalten',
    revokeYes: 'Widerrufen',
    own: 'für die Befehlszeile',
  },
  data: {
    title: 'Daten und Tresor',
    folder: 'Datenordner',
    vault: 'Tresor',
    kinds: {
      keychain: 'im Schlüsselbund dieses Rechners',
      passphrase: 'unter Ihrer Passphrase',
      memory: 'nur im Arbeitsspeicher und ist weg, wenn Gatehouse endet',
    },
    open: (secrets, kind, keyId) =>
      `Offen, mit ${number(secrets)} Zugangsdaten. Sein Schlüssel, Nummer ${number(keyId)}, liegt ${kind}.`,
    passphrase: 'Passphrase',
    unlock: 'Aufschließen',
    rotate: 'Schlüssel erneuern',
    rotateText:
      'Erzeugt einen neuen Schlüssel und versiegelt alle Zugangsdaten neu. Nichts muss neu eingegeben werden.',
    rotated: secrets => `Fertig: ${number(secrets)} Zugangsdaten sind mit dem neuen Schlüssel versiegelt.`,
  },
  backup: {
    title: 'Sichern und Wiederherstellen',
    about:
      'Eine Sicherung enthält Verbindungen, Rechte, Einstellungen und den Verlauf. Zugangsdaten bleiben darin versiegelt: Sie öffnen sich nur mit dem Schlüssel im Schlüsselbund dieses Rechners oder mit der Passphrase.',
    folder: 'Ordner für die Sicherung',
    folderText: 'Ein neuer oder leerer Ordner, mit ganzem Pfad.',
    make: 'Jetzt sichern',
    made: folder => `Die Sicherung liegt in ${folder}.`,
    restore: 'Eine Sicherung wiederherstellen',
    restoreText:
      'Gatehouse darf dabei nicht laufen, darum geschieht es in einem Terminal. Die heutigen Dateien bleiben neben den wiederhergestellten erhalten.',
  },
};
