import type { StatusView } from '../contract/index.ts';
import type { HostLine } from './host-line.ts';
import type { Memory } from './memory.ts';

/**
 * The MCP endpoint over HTTP stands on the host's loopback door, which the app itself does not need. While the setting is on,
 * the door is open, on the port that it had last time where that is free: programs have its address in their settings.
 */
export function keepEndpoint(host: HostLine, memory: Memory): { readonly check: () => Promise<void> } {
  const check = async (): Promise<void> => {
    // The names and answers belong together by the contract.
    const { mcpEndpoint: wanted } = (await host.call('settings.get', {})) as { readonly mcpEndpoint?: unknown };
    const { mcpEndpoint: address } = (await host.call('status', {})) as StatusView;
    if (wanted !== true || address !== null) return;
    const { endpointPort: last = 0 } = memory.get();
    const opened = await host.call('window.open', { port: last }).catch(() => host.call('window.open', { port: 0 }));
    memory.set({ endpointPort: Number(new URL((opened as { readonly url: string }).url).port) });
  };
  host.subscribe(event => {
    if (event.type === 'settings') void check().catch(() => undefined);
  });
  return { check: () => check().catch(() => undefined) };
}
