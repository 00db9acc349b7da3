import { warnOfExcessRights } from '@app/database';
import type { CleanUps } from './clean-ups.js';
import { createDatabase, type TestDatabase } from './servers.js';
import { openDatabase } from './stores.js';

/** A database that `cleanUps` drops. */
export async function aDatabase(cleanUps: CleanUps, migrated = true): Promise<TestDatabase> {
  const database = await createDatabase({ migrated });
  await cleanUps.add(() => database.drop());
  return database;
}

/** What a service is warned of that connects with this URL. */
export async function warningsOf(url: string): Promise<string[]> {
  const told: string[] = [];
  const database = openDatabase(url, 1);
  await warnOfExcessRights(database, (what) => told.push(what));
  await database.close();
  return told;
}
