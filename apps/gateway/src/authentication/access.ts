import { owns, type Owned, type User } from '@app/domain';

/** The authentication plugin's decision whether a user counts as a member of all these groups. */
export type VerifyGroups = (user: User, requiredGroups: readonly string[]) => Promise<boolean>;

/** Decides what a user may do. */
export class Access {
  constructor(
    readonly adminGroups: readonly string[],
    private readonly verify: VerifyGroups,
  ) {}

  /** Without a configured admin group no user is an admin. */
  async isAdmin(user: User): Promise<boolean> {
    return user.active && this.adminGroups.length > 0 && (await this.verify(user, this.adminGroups));
  }

  /** A proc without groups may be executed by any active user, and every proc by admins. */
  async mayExecute({ user, isAdmin }: Requester, authorizedGroups: readonly string[]): Promise<boolean> {
    if (isAdmin) return true;
    return user.active && (authorizedGroups.length === 0 || (await this.verify(user, authorizedGroups)));
  }

  /**
   * An execution or a schedule may be seen by its owner, users who may execute its proc, and admins.
   * @param procGroups null: the proc was removed, which leaves the owner and admins
   */
  async maySee(requester: Requester, object: Owned, procGroups: readonly string[] | null): Promise<boolean> {
    if (!requester.user.active) return false;
    if (this.mayChange(requester, object)) return true;
    return procGroups !== null && (await this.mayExecute(requester, procGroups));
  }

  /** What runs or ran in the name of its owner is changed by the owner and admins only, whoever may see it. */
  mayChange({ user, isAdmin }: Requester, object: Owned): boolean {
    return user.active && (isAdmin || owns(user, object));
  }
}

/** The user who makes a request. */
export interface Requester {
  user: User;
  isAdmin: boolean;
}
