import pg from 'pg';

/**
 * Reads a database without being counted: in one transaction that is rolled back at the end, each statement of which sees what
 * is committed by then.
 */
export class Observer {
  private constructor(private readonly client: pg.Client) {}

  static async open(connectionString: string): Promise<Observer> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    // Statistics are otherwise read once in a transaction.
    await client.query('begin read only; set local stats_fetch_consistency = none');
    return new Observer(client);
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, values)).rows;
  }

  async close(): Promise<void> {
    await this.client.query('rollback');
    await this.client.end();
  }
}
