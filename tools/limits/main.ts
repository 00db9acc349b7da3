import { parseLimitsOptions } from './limits-options.js';
import { renderRuns } from './render-runs.js';
import type { Run } from './run-scenario.js';
import { SCENARIOS } from './scenarios.js';

const options = parseLimitsOptions(process.argv.slice(2), Object.keys(SCENARIOS));
const say = (line: string) => {
  if (options.output === 'table') process.stdout.write(`${line}\n`);
};
const runs: Run[] = [];
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (options.only.length > 0 && !options.only.includes(name)) continue;
  say(`\n${scenario.title(options.isShort)}`);
  runs.push(await scenario.run({ isShort: options.isShort, ownPostgres: true, say }));
}
process.stdout.write(options.output === 'json' ? `${JSON.stringify(runs, null, 2)}\n` : renderRuns(runs));
process.exitCode = runs.every(({ checks }) => checks.every(({ holds }) => holds)) ? 0 : 1;
