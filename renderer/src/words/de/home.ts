import type { home as en } from '../en/home.ts';
import { formatsOf } from '../format.ts';

const { clock, count, list, number } = formatsOf('de');

export const home: typeof en = {
  title: 'Übersicht',
  noAssistant: {
    title: 'Noch nutzt kein Assistent Gatehouse.',
    text: 'Ihre Verbindung steht. Lassen Sie einen Assistenten auf diesem Rechner sie benutzen: Sie sehen die Änderung, bevor sie gemacht wird.',
    button: 'Einen Assistenten anschließen',
  },
  waiting: {
    title: 'Was auf Sie wartet',
    none: 'Nichts wartet auf Sie.',
    item: (who, what, where) => `${who} möchte ${what} auf ${where}`,
    look: 'Ansehen',
    until: time => `bis ${time}`,
  },
  connections: { title: 'Verbindungen', all: 'Alle Verbindungen', add: 'Verbindung hinzufügen' },
  calls: {
    title: 'Aufrufe',
    span: 'Gezeigte Zeit',
    day: '24 Stunden',
    week: '7 Tage',
    outcomes: { ok: 'erledigt', failed: 'fehlgeschlagen', refused: 'abgelehnt', cancelled: 'abgebrochen' },
    none: 'Kein Aufruf in dieser Zeit. Fragen Sie Ihren Assistenten etwas, wofür er eine Ihrer Verbindungen braucht.',
    summary: (all, parts, most, at) =>
      `${count(all, { one: 'Aufruf', other: 'Aufrufe' })}: ${list(parts)}. Die meisten ab ${at}: ${number(most)}.`,
    part: (n, outcome) => `${number(n)} ${outcome}`,
    showNumbers: 'Zahlen zeigen',
    hideNumbers: 'Zahlen verbergen',
    when: 'Ab',
    hour: from => clock(from),
    history: 'Der ganze Verlauf',
  },
  last: {
    title: 'Letzte Aufrufe',
    none: 'Noch keine. Was Assistenten tun, steht einen Augenblick später hier.',
    when: 'Wann',
    what: 'Was',
    who: 'Wer',
    result: 'Ergebnis',
  },
  results: {
    ok: 'erledigt',
    error: 'fehlgeschlagen',
    refused: 'abgelehnt',
    cancelled: 'abgebrochen',
    unknown: 'Ausgang unbekannt',
    late: 'kam zu spät',
  },
};
