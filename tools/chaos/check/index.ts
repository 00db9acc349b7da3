export { check } from './check.js';
export { collectEvidence } from './collect-evidence.js';
export { drain } from './drain.js';
export { type Evidence, type PromiseName, PROMISES, type Violation } from './evidence.js';
export type { Sources, SourceMail } from './sources.js';
