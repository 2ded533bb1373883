import * as z from 'zod';
import { askItem, itemsOf } from '../api.ts';
import { action, id, label, READ_ROLES, read, write } from './shared.ts';

const channel = {
  name: label,
  channel: z.int().min(1).describe('kind of channel; get_alert_channel_options names them'),
  events: z.array(z.int()).min(1).describe('ids of events'),
  to: z.string().max(200).optional().describe('for mail'),
  url: z.url().optional().describe('for web hooks'),
  is_active: z.boolean().default(true),
};

export const alertActions = {
  get_alerts: action({
    description: 'Lists alerts, newest first, 20 at a time.',
    effect: 'read',
    scopes: READ_ROLES,
    input: { after_id: id.optional().describe('the last id of the page before') },
    async run({ after_id = '' }, call) {
      const body = await askItem(call, { path: `/alerts/${after_id}`, purpose: 'Listing alerts' });
      const found = itemsOf(body.alerts);
      return { alerts: found, ...(found.length < 20 ? {} : { next_after_id: String(found.at(-1)?.id ?? '') }) };
    },
  }),
  mark_alert_read: write({
    description: 'Marks an alert as read.',
    input: { alert_id: id },
    path: ({ alert_id }) => `/alert/markAsRead/${alert_id}`,
    fields: ({ alert_id }) => ({ alert_id }),
    idempotent: true,
    done: 'The alert is marked as read.',
  }),
  mark_all_alerts_read: write({
    description: 'Marks all alerts as read.',
    input: {},
    path: '/alert/markAllRead/',
    idempotent: true,
    done: 'All alerts are marked as read.',
  }),
  list_alert_channels: read({ description: 'Lists the channels of the account.', input: {}, path: '/integrations' }),
  get_alert_channel_options: read({
    description: 'Lists kinds of channels and events.',
    input: {},
    path: '/integrations/create',
  }),
  create_alert_channel: write({
    description: 'Creates a channel; alerts go to it from then on.',
    flags: ['contactsPeople'],
    input: channel,
    path: '/integrations',
    done: 'The channel is created.',
  }),
  update_alert_channel: write({
    description: 'Changes a channel.',
    flags: ['contactsPeople'],
    input: { channel_id: id, ...channel },
    method: 'PUT',
    path: ({ channel_id }) => `/integrations/${channel_id}`,
    fields: ({ channel_id: _id, ...rest }) => rest,
    idempotent: true,
    done: 'The channel is changed.',
  }),
  delete_alert_channel: write({
    description: 'Deletes a channel.',
    effect: 'destructive',
    input: { channel_id: id },
    method: 'DELETE',
    path: ({ channel_id }) => `/integrations/${channel_id}`,
    fields: () => ({}),
    done: 'The channel is deleted.',
  }),
};
