import type { Database } from '../connection/database.js';

/** Which workers are alive, in Postgres' own time. */
export class WorkersStore {
  constructor(private readonly database: Database) {}

  /** Says that this worker lives. Repeat every few seconds. */
  async heartbeat(workerId: string): Promise<void> {
    await this.database.client.$executeRaw`
      INSERT INTO worker (id) VALUES (${workerId}) ON CONFLICT (id) DO UPDATE SET seen_at = now()`;
  }

  /** The worker has stopped in good order. */
  async remove(workerId: string): Promise<void> {
    await this.database.client.$executeRaw`DELETE FROM worker WHERE id = ${workerId}`;
  }

  /** Forgets workers that have been silent for long and have nothing claimed. */
  async forgetSilent(silentSeconds: number): Promise<number> {
    return this.database.client.$executeRaw`
      DELETE FROM worker w WHERE seen_at < now() - make_interval(secs => ${silentSeconds}::float8)
        AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.worker_id = w.id AND e.ended_at IS NULL)`;
  }
}
