/** Sent as `Client-Version`. Continues v2's numbering, so that `PROCTOR_MIN_CLIENT_VERSION` may be a v2 version. */
export const CLIENT_VERSION = 'v3.0.0';
