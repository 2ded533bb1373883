/** What the fact sheet is not sure of (§9): each guess stands here and nowhere else. */

/** Row 4: where a bought certificate is installed; the first that is no unknown path wins, and is remembered. */
export const OWN_SSL_PATHS = ['/security/ownSSL', '/security/own_ssl'] as const;

/** Row 5: what the whitelist call wants as `type`. */
export const whitelistType = (tab: string): string => tab;

/** Row 6: whether a whitelist takes networks such as 203.0.113.0/24. */
export const NETWORKS_IN_WHITELISTS = false;

/** Row 7: the only word that is known for what a restore brings back. */
export const RESTORE_TYPE = 'complete';

/** Row 16: where Git puts its files: `public_html`. Always sent, since some clients report it required. */
export const DEPLOY_PATH = '';

/** Row 20: one client found that the flag only works as `strorge`. */
export const STORAGE_FIELD = 'storage';

/** §1.7: the lower limit is known for traffic alone; all of analytics shares it here. */
export const ANALYTICS_WINDOW = { calls: 18, ms: 60_000 } as const;

/** Row 10: the answer of the disk usage operation is not documented; the summary says as much. */
export const DISK_USAGE_HINT = 'If it has no figures, get_server_details shows the disk use of each application.';
