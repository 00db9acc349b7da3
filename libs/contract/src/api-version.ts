/** The version of the HTTP API, as its document says it: v2's, with what was added to it. */
export const API_VERSION = '3.0.0';
