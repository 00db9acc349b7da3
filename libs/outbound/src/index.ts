export { fetchOver } from './fetch-over.js';
export { Outbound, type PinnedAddress } from './outbound.js';
export { readOutboundSettings } from './read-outbound-settings.js';
