/** Measured amounts by name. A name says the unit: `p50 ms`, `CPU ms gateway`. */
export type Figures = Readonly<Record<string, number>>;

/** One row of the report, of one run. */
export interface Row {
  name: string;
  figures: Figures;
  /** The same work by a bare program, in the same run. */
  bare?: Figures;
}

/** A figure over all runs. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

export interface ReportRow {
  name: string;
  figures: Record<string, Spread>;
  bare: Record<string, Spread>;
}

/** Operations per second: the figure by which a row is compared with its bare baseline. */
export const RATE = 'per second';
/** The rate as a share of the bare one in the same run. */
export const SHARE = 'of bare rate';
/** Before the name of a process: its processor time for one operation in milliseconds. */
export const CPU = 'CPU ms ';

/** Joins the runs of each row. A figure that is missing in some runs is taken from the others. Pure. */
export function summarize(runs: readonly (readonly Row[])[]): ReportRow[] {
  const names = [...new Set(runs.flatMap((rows) => rows.map(({ name }) => name)))];
  return names.map((name) => {
    const rows = runs.flatMap((run) => run.filter((row) => row.name === name));
    return {
      name,
      figures: spreads(rows.map(withShare)),
      bare: spreads(rows.map(({ bare }) => bare ?? {})),
    };
  });
}

function withShare({ figures, bare }: Row): Figures {
  const [rate, bareRate] = [figures[RATE], bare?.[RATE]];
  return rate === undefined || !bareRate ? figures : { ...figures, [SHARE]: rate / bareRate };
}

function spreads(all: readonly Figures[]): Record<string, Spread> {
  const names = [...new Set(all.flatMap((figures) => Object.keys(figures)))];
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(all.flatMap((figures) => figures[name] ?? []))]),
  );
}

/** @param values at least one */
function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
}
