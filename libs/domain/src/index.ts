export * from './access/user.js';
export * from './app-error.js';
export * from './execution/execution-state.js';
export * from './execution/execution.js';
export * from './log/log-position.js';
export * from './proc/proc.js';
