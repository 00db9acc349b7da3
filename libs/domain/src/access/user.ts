/** The caller, as identified by an authentication plugin. */
export interface User {
  email: string;
  name: string;
  active: boolean;
  groups: readonly string[];
}
