export { describeAuthPlugin, type AuthPluginUnderTest } from './auth-plugin-conformance.js';
export type { Claims } from './device-desk.js';
export { LocalGate, type GateProfile } from './local-gate.js';
export { LocalIssuer, type LocalIssuerOptions } from './local-issuer.js';
export type { Absence, LocalAnswer, LocalRequest } from './local-server.js';
export type { MintOptions } from './token-mint.js';
