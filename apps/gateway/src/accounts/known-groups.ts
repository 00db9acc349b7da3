import type { GroupsStore } from '@app/database';
import { nearestWord, quoteForMessage } from '@app/domain';

/** Each one is compared with every group. */
const MAX_SUGGESTIONS = 20;

/** Knows which groups exist, so that a typo can be told. */
export class KnownGroups {
  /** @param groups null: an auth plugin names the groups, and which ones exist is unknown */
  constructor(private readonly groups: Pick<GroupsStore, 'listNames'> | null) {}

  /**
   * Explains for each of these groups that does not exist what is wrong.
   * @param mayList whether the user may know the names of other groups
   */
  async describeUnknown(names: readonly string[], mayList: boolean): Promise<ReadonlyMap<string, string>> {
    if (this.groups === null || names.length === 0) return new Map();
    const known = await this.groups.listNames();
    const existing = new Set(known);
    const unknown = [...new Set(names)].filter((name) => !existing.has(name));
    return new Map(
      unknown.map((name, index) => {
        const nearest = mayList && index < MAX_SUGGESTIONS ? nearestWord(name, known) : null;
        const advice = nearest === null ? 'create it, or correct the name' : `did you mean ${nearest}?`;
        return [name, `there is no group ${quoteForMessage(name)}; ${advice}`];
      }),
    );
  }
}
