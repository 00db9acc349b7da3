import { startLimitsSystem } from './limits-system.js';
import type { ProcessMemory } from './process-memory.js';
import { Findings, type Check, type Figure, type Scenario } from './scenario.js';

/** The findings of one scenario. */
export interface Run {
  scenario: string;
  title: string;
  tookMs: number;
  checks: Check[];
  figures: Figure[];
  memory: ProcessMemory[];
}

export interface RunOptions {
  isShort: boolean;
  /** False: use the Postgres of the test run. */
  ownPostgres: boolean;
  say?: (line: string) => void;
}

/** A scenario that chooses its size by `isShort`. */
export interface PreparedScenario {
  title(isShort: boolean): string;
  run(options: RunOptions): Promise<Run>;
}

export function prepareScenario<Size>(scenario: Scenario<Size>): PreparedScenario {
  const sizeOf = (isShort: boolean) => (isShort ? scenario.short : scenario.full);
  const title = (isShort: boolean) => scenario.describe(sizeOf(isShort));
  return {
    title,
    run: async ({ isShort, ownPostgres, say }) => {
      const size = sizeOf(isShort);
      const findings = new Findings(say);
      const startedAt = performance.now();
      const system = await startLimitsSystem(scenario.system(size), { ownPostgres });
      try {
        await scenario.run(system, size, findings).catch((error: unknown) => {
          findings.check('the scenario completes', false, String(error));
        });
        const memory = system.memory.peaks();
        checkMemory(memory, scenario.boundsMiB, findings);
        const { checks, figures } = findings;
        const tookMs = performance.now() - startedAt;
        return { scenario: scenario.name, title: title(isShort), tookMs, checks, figures, memory };
      } finally {
        await system.stop();
      }
    },
  };
}

function checkMemory(
  memory: readonly ProcessMemory[],
  boundsMiB: Readonly<Record<string, number>>,
  findings: Findings,
): void {
  for (const { name, startMiB, peakMiB } of memory) {
    const max = boundsMiB[name];
    const found = `${Math.round(peakMiB)} MiB (${Math.round(startMiB)} MiB before)`;
    if (max === undefined) findings.figure(`memory of ${name}`, found);
    else findings.check(`${name} needs at most ${max} MiB`, peakMiB <= max, found);
  }
}
