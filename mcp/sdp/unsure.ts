/** What the fact sheet is not sure of for the Cloud edition, its **(?)** and §9: each guess stands here and nowhere else. */

/** U1, §5.3: what is waited after a 429 that names no time, in ms. */
export const HOLD_MS = 60_000;

/** U2: texts of an answer by which a token is known to be no good, whatever its codes. */
export const BAD_TOKEN = /INVALID_TOKEN|INVALID_OAUTHTOKEN|UNAUTHORISED/i;

/** U4: an action is asked for plainly, then with this before its last word. */
export const OTHER_SPELLING = '_';

/** U6: how a file is sent: the way first tried, then the older one. */
export const UPLOADS = [
  { method: 'PUT', path: 'upload', field: 'input_file', query: {} },
  { method: 'POST', path: '_uploads', field: 'filename', query: { addtoattachment: 'true' } },
] as const;

/** U7: where a file is asked for when its entry has no `content_url`; `{id}` is the attachment's. */
export const DOWNLOADS = ['_uploads/{id}/download', 'attachments/{id}/download', 'attachments/{id}/_download'] as const;

/** U9: the route by which a reply is mailed. */
export const REPLY_ROUTE = 'notifications';

/** U10, §3.10: scopes of which one may read technicians, and products. */
export const TECHNICIAN_SCOPES = ['users', 'setup'] as const;
export const PRODUCT_SCOPES = ['assets', 'setup'] as const;

/** U11, U12, §3.10: routes of lists, with those to try when the first is unknown. */
export const GROUP_ROUTES = ['groups', 'support_groups'] as const;
export const REQUEST_TYPE_ROUTES = ['request_types', 'requesttypes'] as const;
/** Names that statuses have where their list is closed. */
export const USUAL_STATUSES = ['Open', 'On Hold', 'In Progress', 'Resolved', 'Closed', 'Cancelled'] as const;

/** U13: the wrapper of a note by module. */
export const NOTE_WRAPPERS = { requests: 'request_note', problems: 'note', changes: 'note' } as const;

/** U14: how a solution is approved or rejected: by its own field, as on-premises. */
export const SOLUTION_STATUS = { approve: 'Approved', reject: 'Rejected' } as const;

/** U15, U16: names of fields. */
export const PROJECT_CODE = 'project_code';
export const ASSET_USER = 'user';

/** U17: the scope that a part of a record (note, task, worklog, approval) is added with. */
export const PART_SCOPE = 'UPDATE';

/** U22: the most rows of a page. */
export const MOST_ROWS = 100;

/** §3.7: the path of assets; newer builds on-premises have others. */
export const ASSET_ROUTE = '/assets';
export const WORKSTATION_ROUTE = '/workstations';

/** §3.1: where the named views are listed. */
export const VIEWS_ROUTE = '/list_view_filters/show_all';

/** §3.5: what closing a change asks for; the workflow has the last word. */
export const CHANGE_CLOSED = { stage: 'Close', status: 'Completed' } as const;
