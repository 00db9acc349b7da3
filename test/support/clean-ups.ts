/** What must be undone, latest first. Once undoing has begun, whatever is added is undone at once. */
export class CleanUps {
  private readonly steps: (() => unknown)[] = [];
  private running: Promise<void> | null = null;

  get hasBegun(): boolean {
    return this.running !== null;
  }

  /** @throws if undoing has begun: the caller must not go on */
  async add(step: () => unknown): Promise<void> {
    if (this.running === null) {
      this.steps.push(step);
      return;
    }
    await step();
    throw new Error('stopped while it was still being brought up');
  }

  /** May be called again, also while it runs. */
  run(): Promise<void> {
    this.running ??= this.runAll();
    return this.running;
  }

  private async runAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

const unfinished = new Set<{ cleanUps: CleanUps; settled: Promise<unknown> }>();

/**
 * Brings something up, and undoes it all if that fails or if the spec ends first: a `beforeAll` that times out leaves its
 * function running, and nothing to stop in `afterAll`.
 */
export async function bringUp<Result>(start: (cleanUps: CleanUps) => Promise<Result>): Promise<Result> {
  const cleanUps = new CleanUps();
  const result = start(cleanUps);
  const one = { cleanUps, settled: result.catch(() => undefined) };
  unfinished.add(one);
  try {
    return await result;
  } catch (error) {
    await cleanUps.run();
    throw error;
  } finally {
    unfinished.delete(one);
  }
}

/** Undoes everything that is still being brought up. */
export async function stopUnfinished(): Promise<void> {
  await Promise.all(
    [...unfinished].map(async ({ cleanUps, settled }) => {
      await cleanUps.run();
      await settled;
    }),
  );
}

// Only in a spec: `npm run limits` uses the system outside of Jest.
const { afterAll } = globalThis as { afterAll?: (hook: () => Promise<void>, timeoutMs: number) => void };
afterAll?.(stopUnfinished, 90_000);
