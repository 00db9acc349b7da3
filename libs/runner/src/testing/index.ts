export { FakeRunner, JOB_REQUEST, type FakeRunnerSettings } from './fake-runner.js';
export type { FakeContainer, FakeScript } from './fake-run.js';
export { describeRunner, type RunnerUnderTest } from './runner-conformance.js';
export { playScenario } from './scenarios.js';
