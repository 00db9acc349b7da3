import { afterAll, beforeAll } from '@jest/globals';
import { openStores, type Stores } from './stores.js';

/**
 * Registers hooks that give the file, or the `describe`, stores on a database of its own. Read the result inside tests and
 * hooks only.
 */
export function setUpStores(): Readonly<Stores> {
  const current = {} as Stores;
  beforeAll(async () => void Object.assign(current, await openStores()), 30_000);
  afterAll(() => current.close?.());
  return current;
}
