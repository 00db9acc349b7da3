import type { ConnectionOptions } from 'node:tls';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient, type Prisma } from '../generated/client.js';
import { Prepared } from './prepared.js';

export interface DatabaseSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Null: plain text. With options there is no plain text, whatever the server offers. */
  tls?: ConnectionOptions | null;
  /** Upper bound on this process's connections. */
  maxConnections: number;
  maxLifetimeSeconds: number;
}

/** How long a statement may take, and how long to wait for a connection, before the call fails. */
const STATEMENT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A new connection is a new Postgres process with empty caches, so connections survive from one burst to the next. */
const IDLE_TIMEOUT_MS = 60_000;

/** The pool or one transaction: where a store runs its statements. */
export type Session = Prisma.TransactionClient;

/** The connection pool. Created once per process; connects on first use and reconnects after an outage. */
export class Database {
  readonly client: PrismaClient;
  /** For the statements of hot paths. */
  readonly prepared: Prepared;
  private readonly pool: pg.Pool;

  constructor({ maxConnections, maxLifetimeSeconds, tls, ...connection }: DatabaseSettings) {
    this.pool = new pg.Pool({
      ...connection,
      ...(tls && { ssl: tls }),
      max: maxConnections,
      maxLifetimeSeconds,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // Detects a server that disappeared without closing the connection.
      query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'proctor',
      // Between the pool and the adapter no error listener is attached, and an error there would end the process.
      onConnect: (connection) => void connection.on('error', () => undefined),
    });
    this.pool.on('error', () => undefined);
    this.client = new PrismaClient({ adapter: new PrismaPg(this.pool) });
    this.prepared = new Prepared(this.pool);
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
    if (!this.pool.ending) await this.pool.end();
  }
}
