import type { Resource } from '../kit/index.ts';
import { allServers, type Cloudways, itemsOf } from './api.ts';

export const resources: readonly Resource<Cloudways>[] = [
  {
    uri: 'cloudways://account/overview',
    name: 'account_overview',
    title: 'Servers and applications',
    description: 'Every server and application with its ids, in one table.',
    mimeType: 'text/markdown',
    async read(call) {
      const rows = (await allServers(call)).flatMap(server => {
        const apps = itemsOf(server.apps);
        const line = (app: string, label: string, domain: string): string =>
          `| ${server.id} | ${server.label} | ${server.status} | ${app} | ${label} | ${domain} |`;
        return apps.length === 0
          ? [line('', '', '')]
          : apps.map(app => line(String(app.id), String(app.label), String(app.cname || app.app_fqdn)));
      });
      return `# Cloudways\n\n| server_id | server | state | app_id | application | domain |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
    },
  },
];
