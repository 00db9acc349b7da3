import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient, type Prisma } from '../generated/client.js';

export interface DatabaseSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Upper bound on this process's connections. */
  maxConnections: number;
  maxLifetimeSeconds: number;
}

/** How long one statement may take, and how long to wait for a connection, before the caller is told. */
const STATEMENT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A new connection costs Postgres a process with empty caches: it is worth keeping from one burst of work to the next. */
const IDLE_TIMEOUT_MS = 60_000;

/** What a store runs its statements on: the pool, or one transaction. */
export type Session = Prisma.TransactionClient;

/** The connection pool. Made once per process; connects on first use, and again after an outage. */
export class Database {
  readonly client: PrismaClient;

  constructor({ maxConnections, maxLifetimeSeconds, ...connection }: DatabaseSettings) {
    const adapter = new PrismaPg(
      {
        ...connection,
        max: maxConnections,
        maxLifetimeSeconds,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        idleTimeoutMillis: IDLE_TIMEOUT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        // A server that vanished without a word is noticed, not waited for.
        query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
        idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
        keepAlive: true,
        application_name: 'proctor',
        // From the pool's hand to the adapter's a connection has nobody who listens: its end there would end the process.
        onConnect: (connection) => void connection.on('error', () => undefined),
      },
      { onPoolError: () => undefined, onConnectionError: () => undefined },
    );
    this.client = new PrismaClient({ adapter });
  }

  /** Runs `work` in one READ COMMITTED transaction. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.client.$transaction(work, { maxWait: CONNECT_TIMEOUT_MS, timeout: STATEMENT_TIMEOUT_MS });
  }

  /** Throws if Postgres does not answer. */
  async ping(): Promise<void> {
    await this.client.$queryRaw`SELECT 1`;
  }

  async close(): Promise<void> {
    await this.client.$disconnect();
  }
}
