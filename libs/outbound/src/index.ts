export { fetchOver } from './fetch-over.js';
export { Outbound, type PinnedAddress } from './outbound.js';
export { OUTBOUND_VARIABLES, readOutboundSettings } from './read-outbound-settings.js';
