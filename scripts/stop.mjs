// `npm run stop`: stops the `npm start` of this folder, and processes that a killed one left running.
import { signalProcess, waitForEnd } from './lib/process-identity.mjs';
import { say, step } from './lib/progress.mjs';
import { readStack, stopLeftovers } from './lib/stack-record.mjs';
import { runMain, StartError } from './lib/start-error.mjs';

const graceMs = 90_000;

await runMain(async () => {
  const { starter, processes } = readStack();
  if (starter) {
    await step(`stop Proctor (process ${starter.pid})`, async () => {
      signalProcess(starter, 'SIGCONT');
      signalProcess(starter, 'SIGTERM');
      if (!(await waitForEnd(starter, graceMs))) {
        throw new StartError(`Proctor did not stop within ${graceMs / 1000} s`, 'See .proctor/logs/.');
      }
    });
  }
  const leftovers = await stopLeftovers();
  if (leftovers.length > 0) say(`stopped processes left over from an earlier start: ${leftovers.join(', ')}`);
  if (!starter && !processes.some(({ running }) => running)) say('Proctor is not running in this folder');
});
