import type { Database } from '../connection/database.js';

/** Which workers are alive, by Postgres' clock. */
export class WorkersStore {
  constructor(private readonly database: Database) {}

  /** Records that this worker is alive. Repeat every few seconds. */
  async heartbeat(workerId: string): Promise<void> {
    await this.database.client.$executeRaw`
      INSERT INTO worker (id) VALUES (${workerId}) ON CONFLICT (id) DO UPDATE SET seen_at = now()`;
  }

  /** Removes a worker that has shut down gracefully. */
  async remove(workerId: string): Promise<void> {
    await this.database.client.$executeRaw`DELETE FROM worker WHERE id = ${workerId}`;
  }

  /** Deletes workers that have been silent for this long and hold no execution. */
  async deleteSilent(silentSeconds: number): Promise<number> {
    return this.database.client.$executeRaw`
      DELETE FROM worker w WHERE seen_at < now() - make_interval(secs => ${silentSeconds}::float8)
        AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.worker_id = w.id AND e.ended_at IS NULL AND e.waiting_for IS NULL)`;
  }
}
