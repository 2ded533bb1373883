import type { doctor as en } from '../en/doctor.ts';
import { formatsOf } from '../format.ts';

const { count } = formatsOf('de');

export const doctor: typeof en = {
  title: 'Diagnose',
  about: 'Was auf diesem Rechner geht und was nicht, jeweils mit Abhilfe. Nachsehen ändert nichts.',
  again: 'Noch einmal nachsehen',
  allWell: 'Alles in Ordnung.',
  bad: n => `${count(n, { one: 'Punkt braucht', other: 'Punkte brauchen' })} einen Blick.`,
  good: 'in Ordnung',
  notGood: 'braucht einen Blick',
  copyReport: 'Bericht kopieren',
  reportText: 'Ohne Namen von Benutzern, Konten, Verbindungen und Adressen: Sie können ihn anderen zeigen.',
  copied: 'Der Bericht liegt in der Zwischenablage.',
  notCopied: 'Die Zwischenablage ist nicht erreichbar. Kopieren Sie den Bericht von hier:',
  report: 'Bericht',
  checks: {
    runtime: 'Node',
    programs: 'Programme',
    home: 'Datenordner',
    disk: 'Platte',
    search: 'Suche',
    vault: 'Tresor',
    host: 'Host',
    backends: 'Backends',
    connections: 'Verbindungen',
    assistants: 'Assistenten',
  },
};
