import * as z from 'zod';
import { itemOf } from '../api.ts';
import { RESTORE_TYPE } from '../unsure.ts';
import { computed, operation, SA, tool, write } from './shared.ts';
import { stagingActions } from './staging.ts';

/** §2.5: `backup_dates` are what a restore wants as `time`. */
const restorePoints = (description: string) =>
  computed({
    description,
    input: SA,
    path: '/app/manage/backup',
    found: result => {
      const { backup_dates: dates, local_backup_exists: local } = itemOf(result);
      return { backup_dates: Array.isArray(dates) ? dates : [], local_backup_exists: local ?? null };
    },
  });

export const appCopies = tool({
  name: 'app_copies',
  title: 'Backups and staging',
  description:
    'Backups and staging copies of applications. To restore: list_app_backups, then restore_app with one of its dates.',
  actions: {
    backup_app: operation({
      description: 'Backs up an application now.',
      input: SA,
      path: '/app/manage/takeBackup',
      done: 'The backup is being made.',
    }),
    get_app_backup_status: restorePoints('Asks for the restore points of an application, which takes some seconds.'),
    list_app_backups: restorePoints('Lists the restore points of an application, newest first.'),
    restore_app: operation({
      description: 'Puts an application back to a restore point: what was written since is lost.',
      effect: 'destructive',
      input: {
        ...SA,
        time: z.string().min(10).max(40).describe('exactly as list_app_backups shows it, such as 2026-01-19T23:10:04'),
        type: z.string().min(1).max(40).default(RESTORE_TYPE),
      },
      aliases: { backup_id: 'time' },
      path: '/app/manage/restore',
      done: 'The application is being restored.',
    }),
    rollback_app_restore: operation({
      description: 'Takes the last restore back: what was written since is lost.',
      effect: 'destructive',
      input: SA,
      path: '/app/manage/rollback',
      done: 'The restore is being taken back.',
    }),
    ...stagingActions,
    delete_app_local_backup: write({
      description: 'Deletes the local backup of an application.',
      effect: 'destructive',
      input: SA,
      method: 'DELETE',
      path: '/app/manage/backup',
      done: 'The local backup is deleted.',
    }),
  },
});
