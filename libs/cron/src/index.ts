export * from './describe-cron-problem.js';
