import { formatsOf } from '../format.ts';

const { count } = formatsOf('en');

export const doctor = {
  title: 'Doctor',
  about: 'What works on this computer and what does not, each with its remedy. Looking changes nothing.',
  again: 'Look again',
  allWell: 'Everything works.',
  bad: (n: number): string => `${count(n, { one: 'thing needs', other: 'things need' })} a look.`,
  good: 'works',
  notGood: 'needs a look',
  copyReport: 'Copy a report',
  reportText: 'Without names of users, accounts, connections and addresses: fit to be shown to others.',
  copied: 'The report is on the clipboard.',
  notCopied: 'The clipboard cannot be reached. Copy the report from here:',
  report: 'Report',
  /** Names of checks; a connection or an assistant goes by its own. */
  checks: {
    runtime: 'Node',
    programs: 'Programs',
    home: 'Data folder',
    disk: 'Disk',
    search: 'Search',
    vault: 'Vault',
    host: 'Host',
    backends: 'Backends',
    connections: 'Connections',
    assistants: 'Assistants',
  },
};
