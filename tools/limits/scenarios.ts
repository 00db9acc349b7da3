import { output } from './output.js';
import { prepareScenario, type PreparedScenario } from './run-scenario.js';
import { running } from './running.js';
import { viewers } from './viewers.js';
import { waiting } from './waiting/index.js';

/** All scenarios, by name. */
export const SCENARIOS: Readonly<Record<string, PreparedScenario>> = {
  waiting: prepareScenario(waiting),
  running: prepareScenario(running),
  output: prepareScenario(output),
  viewers: prepareScenario(viewers),
};
