export { check } from './check.js';
export { collectEvidence } from './collect-evidence.js';
export { type Evidence, type PromiseName, PROMISES, type Violation } from './evidence.js';
export type { Sources, SourceMail } from './sources.js';
export { untilSettled } from './until-settled.js';
