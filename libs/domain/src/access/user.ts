/** The caller, as identified by an authentication plugin. */
export interface User {
  email: string;
  /** Of an account in Postgres: it owns only what has a later id. Omitted: the user of an authentication plugin. */
  accountId?: number;
  name: string;
  active: boolean;
  groups: readonly string[];
}
