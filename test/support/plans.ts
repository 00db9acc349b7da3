import pg from 'pg';

/** A statement that was sent to Postgres. */
export interface SentStatement {
  sql: string;
  values: unknown[];
}

export interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Plan Rows': number;
  /** This and the following only with mode `run`. */
  'Actual Rows'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Plan[];
}

export interface Explained {
  plan: Plan;
  /** Only with mode `run`. */
  executionMs: number;
  /** 8 KiB blocks read, from memory or disk; only with mode `run`. */
  buffers: number;
}

/** The statements matching `pattern` that this process sends while `work` runs; the last of equal texts. */
export async function statementsOf(work: () => Promise<unknown>, pattern: RegExp): Promise<SentStatement[]> {
  const sent = new Map<string, unknown[]>();
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [statement] = args;
    if (typeof statement === 'object' && statement !== null && 'text' in statement) {
      const { text, values } = statement as { text: string; values?: unknown[] };
      if (pattern.test(text)) sent.set(text, values ?? []);
    }
    return original.apply(this, args);
  } as typeof pg.Client.prototype.query;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original as typeof pg.Client.prototype.query;
  }
  return [...sent].map(([sql, values]) => ({ sql, values }));
}

/**
 * The plan of a statement, from a transaction that is rolled back.
 * @param mode `run`: executes it three times and returns the fastest measurement
 */
export async function explain(
  url: string,
  { sql, values }: SentStatement,
  mode: 'plan' | 'run' = 'plan',
): Promise<Explained> {
  // Without timing of each node, which takes longer than many nodes do.
  const options = mode === 'run' ? 'analyze, timing off, buffers, format json' : 'format json';
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const runs: Explained[] = [];
    while (runs.length < (mode === 'run' ? 3 : 1)) {
      await client.query('begin');
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan; 'Execution Time'?: number }] }>(
        `explain (${options}) ${sql}`,
        values,
      );
      await client.query('rollback');
      runs.push(...rows.map((row) => toExplained(row['QUERY PLAN'][0])));
    }
    return runs.reduce((best, run) => (run.executionMs < best.executionMs ? run : best));
  } finally {
    await client.end();
  }
}

function toExplained({
  Plan: plan,
  'Execution Time': ms = 0,
}: {
  Plan: Plan;
  'Execution Time'?: number;
}): Explained {
  return {
    plan,
    executionMs: ms,
    buffers: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
  };
}

export const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** The distinct indexes of a plan. */
export function indexesOf(plan: Plan): string[] {
  return [...new Set(nodesOf(plan).flatMap((node) => node['Index Name'] ?? []))].sort();
}

export function readsAll(plan: Plan, table: string): boolean {
  return nodesOf(plan).some((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === table);
}
