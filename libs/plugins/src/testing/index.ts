export { describeAuthPlugin, type AuthPluginUnderTest } from './auth-plugin-conformance.js';
export type { Claims } from './device-grants.js';
export { LocalGate, type GateProfile } from './local-gate.js';
export { LocalIssuer, type LocalIssuerOptions } from './local-issuer.js';
export type { Outage, LocalAnswer, LocalRequest } from './local-server.js';
export type { MintOptions } from './token-mint.js';
