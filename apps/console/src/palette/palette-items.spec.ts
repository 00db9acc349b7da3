import { expect, it } from '@jest/globals';
import { paletteItems } from './palette-items.js';

const actions = [{ key: 'r', label: 'Run it again', run: () => undefined }];
const procs = [{ name: 'deploy-service' }, { name: 'restart\u202e' }];
const labels = (text: string) => paletteItems(text, { actions, procs }).map(({ label }) => label);

it.each([
  ['', ['Run it again', 'Home', 'Procs', 'Executions', 'Schedules', 'deploy-service', 'restart\\u202e']],
  ['service DEPLOY', ['deploy-service']],
  ['run', ['Run it again']],
  ['1234567890123', ['Execution 1234567890123']],
  ['12a', []],
])('offers for %j: %j', (text, expected) => {
  expect(labels(text)).toEqual(expected);
});
