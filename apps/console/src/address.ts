const thisFile = import.meta.url;

/**
 * The path of the gateway: empty, or such as `/below` if it is reached below a path of another host. This module is in a
 * file of its `/console/assets/`.
 */
const gatewayPath = new URL('../../', thisFile).pathname.replace(/\/$/, '');

/** Where the API is. */
export const GATEWAY_URL = window.location.origin + gatewayPath;

/** The path below which the console's pages are. */
export const CONSOLE_PATH = `${gatewayPath}/console`;
