/**
 * What the CLI says in `Client-Version`. It continues v2's count, so that a gateway with
 * `PROCTOR_MIN_CLIENT_VERSION` set to some v2 version lets it in.
 */
export const CLIENT_VERSION = 'v3.0.0';
