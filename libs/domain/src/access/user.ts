/** Who is asking, as an authentication plugin found it. */
export interface User {
  email: string;
  name: string;
  active: boolean;
  groups: readonly string[];
}
