import {
  coversProc,
  FULL_SCOPE,
  includesLevel,
  owns,
  type Owned,
  type Proc,
  type Scope,
  type User,
} from '@app/domain';

/** The authentication plugin's decision whether a user counts as a member of all these groups. */
export type VerifyGroups = (user: User, requiredGroups: readonly string[]) => Promise<boolean>;

/** Decides what a user may do. */
export class Access {
  constructor(
    readonly adminGroups: readonly string[],
    private readonly verify: VerifyGroups,
    /** What the credential of this user object may be used for. */
    private readonly scopeOf: (user: User) => Scope = () => FULL_SCOPE,
  ) {}

  /** An admin whose credential is narrower than that counts as any other user. */
  async requesterOf(user: User): Promise<Requester> {
    const scope = this.scopeOf(user);
    return { user, scope, isAdmin: includesLevel(scope, 'admin') && (await this.isAdmin(user)) };
  }

  /** Without a configured admin group no user is an admin. */
  async isAdmin(user: User): Promise<boolean> {
    return user.active && this.adminGroups.length > 0 && (await this.verify(user, this.adminGroups));
  }

  /** A proc without groups may be executed by any active user, and every proc by admins, if the credential covers it. */
  async mayExecute(
    { user, scope, isAdmin }: Requester,
    { name, authorizedGroups }: Pick<Proc, 'name' | 'authorizedGroups'>,
  ): Promise<boolean> {
    if (!coversProc(scope, name)) return false;
    if (isAdmin) return true;
    return user.active && (authorizedGroups.length === 0 || (await this.verify(user, authorizedGroups)));
  }

  /**
   * An execution or a schedule may be seen by its owner, users who may execute its proc, and admins.
   * @param procGroups null: the proc was removed, which leaves the owner and admins
   */
  async maySee(
    requester: Requester,
    object: Owned & { procName: string },
    procGroups: readonly string[] | null,
  ): Promise<boolean> {
    if (!requester.user.active || !coversProc(requester.scope, object.procName)) return false;
    if (this.mayChange(requester, object)) return true;
    if (procGroups === null) return false;
    return this.mayExecute(requester, { name: object.procName, authorizedGroups: procGroups });
  }

  /** Only the owner and admins may change what runs in the owner's name. Others may be able to see it. */
  mayChange({ user, isAdmin }: Requester, object: Owned): boolean {
    return user.active && (isAdmin || owns(user, object));
  }
}

/** The user who makes a request. */
export interface Requester {
  user: User;
  /** Of the user's groups, and of a credential with the scope admin. */
  isAdmin: boolean;
  /** What the credential may be used for. */
  scope: Scope;
}
