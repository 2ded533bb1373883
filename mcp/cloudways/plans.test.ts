import { describe, expect, it } from 'vitest';
import { startRig } from './testing.ts';

const SA = { server_id: 41001, app_id: 510201 };
const limits = { signal: new AbortController().signal, withinMs: 10_000, progress: () => undefined };

describe('what a call that replaces would change', () => {
  it.each([
    [
      'app_settings',
      'update_cron_jobs',
      {
        jobs: [{ minutes: '0', hours: '3', days: '*', months: '*', weekdays: '*', command: 'backup', cmd_type: 'php' }],
      },
      [
        { what: 'cron job', before: '*/5 * * * * cron.php', after: null, freeText: true },
        { what: 'cron job', before: null, after: '0 3 * * * backup', freeText: true },
      ],
    ],
    [
      'app_settings',
      'update_app_fpm_settings',
      { fpm_setting: 'pm = ondemand\npm.max_children = 40\n' },
      [
        { what: 'PHP-FPM setting', before: 'pm.max_children = 20', after: null, freeText: true },
        { what: 'PHP-FPM setting', before: null, after: 'pm.max_children = 40', freeText: true },
      ],
    ],
    [
      'server_settings',
      'update_app_varnish_settings',
      { vcl_list: [] },
      [{ what: 'rule of Varnish', before: 'exclude url /cart', after: null }],
    ],
    [
      'app_settings',
      'update_app_aliases',
      { aliases: ['www.example.net'] },
      [{ what: 'domain', before: null, after: 'www.example.net' }],
    ],
  ])('%s/%s tells it, and changes nothing', async (tool, action, more, changes) => {
    await using rig = await startRig();
    expect(await rig.account.plan(tool, action, { action, ...SA, ...more }, limits)).toEqual({ ok: true, changes });
    expect(rig.sandbox.requests.filter(({ method, path }) => method === 'POST' && !path.includes('oauth'))).toEqual([]);
  });

  it('is refused for wrong arguments, and for an action that cannot tell', async () => {
    await using rig = await startRig();
    const plan = (tool: string, action: string, input: object) => rig.account.plan(tool, action, { ...input }, limits);
    expect(await plan('app_settings', 'update_cron_jobs', {})).toMatchObject({ ok: false, code: 'GH_INVALID_INPUT' });
    expect(await plan('app_settings', 'get_cron_jobs', SA)).toMatchObject({ ok: false, code: 'GH_INVALID_INPUT' });
    expect(await plan('app_settings', 'none', SA)).toMatchObject({ ok: false, code: 'GH_NOT_FOUND' });
  });
});
