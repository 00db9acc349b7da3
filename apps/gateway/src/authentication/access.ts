import type { User } from '@app/domain';

/** Whether a user may do what needs all of these groups: the authentication plugin's answer. */
export type VerifyGroups = (user: User, requiredGroups: readonly string[]) => Promise<boolean>;

/** Who may do what. */
export class Access {
  constructor(
    readonly adminGroups: readonly string[],
    private readonly verify: VerifyGroups,
  ) {}

  /** With no admin groups configured nobody is an admin, rather than everybody. */
  async isAdmin(user: User): Promise<boolean> {
    return user.active && this.adminGroups.length > 0 && (await this.verify(user, this.adminGroups));
  }

  /** No groups: any active user. Admins may execute everything. */
  async mayExecute({ user, isAdmin }: Asker, authorizedGroups: readonly string[]): Promise<boolean> {
    if (isAdmin) return true;
    return user.active && (authorizedGroups.length === 0 || (await this.verify(user, authorizedGroups)));
  }

  /**
   * Status, log and details of an execution: its owner, whoever may execute its proc, and admins.
   * @param procGroups null: the proc is gone; then only the owner and admins are left
   */
  async maySee(
    asker: Asker,
    execution: { userEmail: string },
    procGroups: readonly string[] | null,
  ): Promise<boolean> {
    const { user, isAdmin } = asker;
    if (!user.active) return false;
    if (isAdmin || (user.email !== '' && user.email === execution.userEmail)) return true;
    return procGroups !== null && (await this.mayExecute(asker, procGroups));
  }
}

/** Who asks, and whether they were found to be an admin. */
export interface Asker {
  user: User;
  isAdmin: boolean;
}
