import { randomUUID } from 'node:crypto';
import { BoundedMap } from '@app/timing';
import { expired } from '../objects/api-error.js';
import type { AnyObject } from '../objects/kube-object.js';

export interface Page {
  items: readonly AnyObject[];
  version: number;
  /** Undefined on the last page. */
  continueToken: string | undefined;
  remaining: number;
}

/** How many lists may be open at once. The oldest expire, as they do in a cluster after some minutes. */
const MAX_OPEN_LISTS = 50;

/** Returns long lists in pages, all from one consistent state. */
export class ListPages {
  private readonly open = new BoundedMap<string, { rest: readonly AnyObject[]; version: number }>({
    maxSize: MAX_OPEN_LISTS,
  });

  first(items: readonly AnyObject[], version: number, limit: number): Page {
    return this.cut(items, version, limit);
  }

  /** A page may be requested again. Throws 410 for an unknown or expired token. */
  next(continueToken: string, limit: number): Page {
    const list = this.open.get(continueToken);
    if (!list)
      throw expired('The provided continue parameter is too old to display a consistent list result.');
    return this.cut(list.rest, list.version, limit);
  }

  private cut(items: readonly AnyObject[], version: number, limit: number): Page {
    if (limit <= 0 || items.length <= limit)
      return { items, version, continueToken: undefined, remaining: 0 };
    const continueToken = randomUUID();
    const rest = items.slice(limit);
    this.open.set(continueToken, { rest, version });
    return { items: items.slice(0, limit), version, continueToken, remaining: rest.length };
  }
}
