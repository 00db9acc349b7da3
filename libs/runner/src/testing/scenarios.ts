import { pause } from '@app/timing';
import type { FakeScript } from './fake-run.js';

/** Something a container may do, as a shell script for a real one and as a script for the fake. */
interface Scenario {
  shell: string;
  fake: FakeScript;
}

export const SCENARIOS = {
  printThree: { shell: 'echo one; echo two; echo three', fake: (run) => run.print('one', 'two', 'three') },
  printSlowly: {
    shell: 'for n in 1 2 3 4; do echo $n; sleep 0.4; done',
    fake: async (run) => {
      for (const line of ['1', '2', '3', '4']) {
        run.print(line);
        await pause(20);
      }
    },
  },
  printLongLine: {
    shell: "head -c 200000 /dev/zero | tr '\\0' x; echo",
    fake: (run) => run.print('x'.repeat(200_000)),
  },
  printEnvironment: {
    shell: `printf '%s\\n' "$A" "$B" "$SECRET"`,
    fake: (run) => run.print(run.env['A'] ?? '', run.env['B'] ?? '', run.env['SECRET'] ?? ''),
  },
  exitSeven: { shell: 'exit 7', fake: (run) => run.exit(7) },
  runForever: {
    shell: 'echo started; exec sleep 600',
    fake: async (run) => {
      run.print('started');
      await run.stopped;
    },
  },
  missingImage: {
    shell: 'echo this image should not exist',
    fake: async (run) => {
      run.wait('ErrImagePull');
      await run.stopped;
    },
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** Plays the scenario whose shell script is in the arg `SCRIPT`. */
export const playScenario: FakeScript = async (container) => {
  const scenario = Object.values<Scenario>(SCENARIOS).find(({ shell }) => shell === container.env['SCRIPT']);
  if (!scenario) throw new Error('The arg SCRIPT matches no scenario.');
  await scenario.fake(container);
};
