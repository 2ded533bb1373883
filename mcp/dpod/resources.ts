import { Fault, type Resource } from '../kit/index.ts';
import type { Dpod, DpodCall } from './api.ts';

/** Fact sheet §5: the same addresses as before, with real values; no secret, no token. */
export const resources: readonly Resource<Dpod>[] = [
  {
    uri: 'dpod://server/status',
    name: 'server_status',
    title: 'Status of the server',
    description: 'Signed in or not, scopes, counts.',
    mimeType: 'text/markdown',
    async read(call) {
      const auth = await signedIn(call);
      const { account } = call;
      return `# DPoD server

- State: ${auth.ok ? 'ready' : 'not signed in'}
- Time: ${new Date(call.now()).toISOString()}
- Version: ${account.version}
- Tools: ${account.tools.length}, prompts: 4, resources: 2
- Signed in: ${auth.says}
- Scopes: ${(account.scopes ?? []).join(', ') || 'unknown'}
- Read-only: ${account.readOnly ? 'yes' : 'no'}
- First tools: ${account.tools
        .slice(0, 5)
        .map(tool => tool.name)
        .join(', ')}
- First prompts: get_service_logs, create_hsm_service, create_ctaas_service
`;
    },
  },
  {
    uri: 'dpod://server/health',
    name: 'server_health',
    title: 'Health of the server',
    description: 'What works, and what to do about what does not.',
    mimeType: 'text/markdown',
    async read(call) {
      const auth = await signedIn(call);
      return `# Health

| part | state |
|---|---|
| sign-in | ${auth.ok ? 'ok' : auth.says} |
| address | ${call.state.baseUrl} |
| tools | ${call.account.tools.length} |

${auth.ok ? 'Nothing to do.' : `Recommendation: ${auth.hint}`}
`;
    },
  },
];

async function signedIn(
  call: DpodCall,
): Promise<{ readonly ok: boolean; readonly says: string; readonly hint: string }> {
  try {
    const token = await call.state.auth.tokens.get();
    return { ok: true, says: `until ${new Date(token.expiresAt).toISOString()}`, hint: '' };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, says: error.message, hint: error.hint };
    throw error;
  }
}
