/** The roles of an access token (fact sheet §1.4). The API does not tell which one it has: the user does. */
export const SCOPES = [
  { name: 'read', title: 'READ: look, change nothing' },
  { name: 'limited', title: 'LIMITED: what Cloudways lets such a token do, found out by trying' },
  { name: 'full', title: 'FULL ACCESS, and API keys' },
];
