export { fetchOver } from './fetch-over.js';
export { Outbound, type PinnedAddress } from './outbound.js';
export { type PostAnswer, postJson } from './post-json.js';
export { readOutboundSettings } from './read-outbound-settings.js';
export { signBody } from './sign-body.js';
