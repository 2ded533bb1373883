import type { start as en } from '../en/start.ts';
import { formatsOf } from '../format.ts';

const { count } = formatsOf('de');

export const start: typeof en = {
  title: 'Erste Schritte',
  steps: { choose: 'Wählen', 'sign-in': 'Anmelden', check: 'Prüfen', assistants: 'Assistent', done: 'Fertig' },
  stepOf: (at, all) => `Schritt ${at} von ${all}`,
  later: 'Sie können später weitermachen: Die Übersicht sagt, wo.',
  choose: {
    about:
      'Womit sollen Ihre Assistenten arbeiten? Die Schlüssel bleiben im Tresor dieses Rechners; kein Assistent sieht sie je.',
    actions: n => count(n, { one: 'Aktion', other: 'Aktionen' }),
    account: 'Ein Konto anschließen',
    accountOf: title => `Ein Konto anschließen: ${title}`,
    server: 'Einen eigenen Server hinzufügen',
    demo: 'Mit erfundenen Daten ausprobieren',
    demoOf: title => `Mit erfundenen Daten ausprobieren: ${title}`,
    demoThere: 'Mit der Vorführung weitermachen',
    goOn: 'Sie haben schon angefangen:',
    goOnWith: id => `Mit ${id} weitermachen`,
  },
  signIn: {
    where: 'Wo man es findet',
    setup: 'Vorher beim Anbieter auszuführen',
    name: 'Name',
    nameText: id => `Erscheint als ${id}; bis zu 32 Zeichen aus a-z, 0-9 und einzelnen Bindestrichen.`,
    more: 'Weitere Einstellungen',
    readOnly: 'Nur lesen',
    readOnlyText: 'Assistenten können nachsehen und nichts ändern, was auch immer erlaubt ist.',
    submit: 'Speichern und anmelden',
    vault: 'Was Sie eingeben, kommt in den Tresor und wird nie wieder gezeigt, auch Ihnen nicht.',
  },
  check: {
    signingIn: title => `Anmeldung bei ${title} …`,
    starting: 'Der Server startet …',
    works: 'Es geht.',
    as: 'Angemeldet als',
    may: 'Die Zugangsdaten dürfen',
    scopesUnknown:
      'Der Anbieter sagt nicht, was die Zugangsdaten dürfen. Eine Ablehnung wird gemeldet, wenn sie kommt.',
    scopesNone: 'Die Zugangsdaten dürfen hier nichts. Nehmen Sie andere.',
    actions: 'In Reichweite der Assistenten',
    actionsOf: n => count(n, { one: 'Aktion', other: 'Aktionen' }),
    rules:
      'Lesen ist erlaubt; was etwas ändert oder zerstört, fragt Sie vorher. Das können Sie jederzeit anders einstellen.',
    failed: 'Die Anmeldung gelang nicht. Berichtigen Sie die Zugangsdaten, oder sehen Sie sich die Einstellungen an.',
    settings: 'Alle Einstellungen dieser Verbindung',
  },
  assistants: {
    about:
      'Welcher Assistent soll sie benutzen? Gatehouse schreibt einen Eintrag in seine Einstellungsdatei. Darin steht kein Schlüssel.',
    found: 'Auf diesem Rechner gefunden',
    notFound: 'Auf diesem Rechner nicht gefunden',
    none: 'Kein Assistent, den Gatehouse kennt, ist auf diesem Rechner. Installieren Sie einen und sehen Sie wieder nach; oder benutzen Sie den Befehl von Hand.',
    lookAgain: 'Noch einmal nachsehen',
    leftovers: 'nur seine Einstellungen sind hier',
    already: 'benutzt sie schon',
    change: file => `Das ändert ${file}:`,
    nothing: file => `In ${file} ändert sich nichts.`,
    register: title => `${title} darf sie benutzen`,
    skip: 'Vorerst ohne Assistenten',
    goOn: 'Weiter',
  },
  done: {
    well: id => `${id} ist bereit.`,
    with: (id, clients) => `Ab jetzt kann ${id} benutzt werden von: ${clients}.`,
    ask: 'Fragen Sie zuerst',
    askCustom: name => `Was kannst du mit ${name} tun? Nenne seine Werkzeuge in je einer Zeile.`,
    afterwards:
      'Die Aufrufe der Antwort stehen einen Augenblick später im Verlauf. Soll etwas geändert werden, wartet es unter Freigaben auf Sie.',
    home: 'Zur Übersicht',
    another: 'Noch etwas einrichten',
  },
  gone: 'Diese Verbindung gibt es nicht mehr.',
};
