import * as z from 'zod';
import { itemOf, itemsOf } from '../api.ts';
import { computed, flag, operation, read, S, SA, tool, write } from './shared.ts';

const word = z.string().min(1).max(120);

export const safeUpdates = tool({
  name: 'safe_updates',
  title: 'SafeUpdates',
  description: 'Updates of WordPress, its plugins and themes, tried on a copy first.',
  actions: {
    check_safe_updates: computed({
      description: 'Looks for updates of an application.',
      input: SA,
      path: '/app/safeupdates',
    }),
    list_safe_update_apps: read({
      description: 'Lists the applications of a server and whether SafeUpdates are on.',
      input: S,
      path: '/app/safeupdates/list',
      show: body => ({ apps: itemsOf(Array.isArray(body) ? body : (itemOf(body).data ?? body)) }),
    }),
    get_safe_update_status: safe('status', 'Shows whether SafeUpdates are on for an application.'),
    get_safe_update_settings: safe('settings', 'Shows when an application is updated.'),
    get_safe_update_schedule: safe('schedule', 'Shows the updates that are planned for an application.'),
    get_safe_update_history: safe('history', 'Shows the updates that an application had.'),
    set_safe_update_status: write({
      description: 'Switches SafeUpdates of an application, which may cost money.',
      flags: ['costsMoney'],
      input: { ...SA, enabled: flag },
      path: '/app/safeupdates/status',
      fields: input => ({ server_id: input.server_id, app_id: input.app_id, status: input.enabled ? 1 : 0 }),
      idempotent: true,
      done: 'SafeUpdates are switched.',
    }),
    update_safe_update_settings: write({
      description: 'Says when an application is updated.',
      input: {
        ...SA,
        day_of_week: z.string().regex(/^[a-z]+day$/i),
        time_slot: z.string().regex(/^\d\d:\d\d$/),
      },
      path: '/app/safeupdates/settings',
      idempotent: true,
      done: 'The time is set.',
    }),
    run_safe_update: operation({
      description: 'Updates WordPress, plugins or themes of an application now.',
      effect: 'destructive',
      input: {
        ...SA,
        core: z.boolean().default(false),
        plugins: z.array(word).optional(),
        themes: z.array(word).optional(),
      },
      method: 'PUT',
      path: ({ app_id }) => `/app/safeupdates/${app_id}`,
      fields: ({ server_id, core, plugins, themes }) => ({ server_id, core: core ? 1 : undefined, plugins, themes }),
      done: 'The update is under way.',
    }),
  },
});

function safe(kind: string, description: string) {
  return read({
    description,
    input: SA,
    path: ({ app_id }) => `/app/safeupdates/${app_id}/${kind}`,
    fields: ({ server_id }) => ({ server_id }),
  });
}
