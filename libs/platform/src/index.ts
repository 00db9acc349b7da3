export * from './admin-group-vars.js';
export { postgresVars, postgresSettings } from './connection-vars.js';
export {
  parsedVar,
  textVar,
  booleanVar,
  integerVar,
  portVar,
  baseUrlVar,
  urlVar,
  jsonMapVar,
  commaListVar,
} from './env-vars.js';
export { startHealthServer } from './health-server.js';
export { type HealthCheck, HealthRegistry, httpStatusOfHealth } from './health.js';
export * from './find-misspelt.js';
export * from './load-env.js';
export { type Logger, createLogger } from './logger.js';
export * from './nest-logger.js';
export * from './open-resources.js';
export { packageVersion, projectFolder } from './package-version.js';
export { registerController } from './register-controller.js';
export { type ServiceContext, runService } from './run-service.js';
export { type SecretKeys, secretKeyVars, secretKeysOf } from './secret-key-vars.js';
export * from './service-vars.js';
export {
  type Counter,
  type Histogram,
  type Meter,
  type Telemetry,
  PROMETHEUS_CONTENT_TYPE,
  startTelemetry,
} from './telemetry/start-telemetry.js';
export { telemetryVars, telemetrySettings } from './telemetry/telemetry-vars.js';
