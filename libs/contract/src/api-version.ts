/** The version of the HTTP API: v2's routes plus our additions. Shown in the OpenAPI document. */
export const API_VERSION = '3.0.0';
