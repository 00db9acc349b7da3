/** The keys of `proctor.yaml`, as in v2. Environment variables with these names take precedence. */
export const CONFIG_KEYS = [
  'PROCTOR_HOST',
  'EMAIL_ID',
  'ACCESS_TOKEN',
  'CONNECTION_TIMEOUT_SECS',
  'PROC_EXECUTION_STATUS_POLL_COUNT',
  'PROCTOR_CA_FILE',
] as const;

export type ConfigKey = (typeof CONFIG_KEYS)[number];

export type ConfigValues = Partial<Record<ConfigKey, string>>;

export const CONFIG_DEFAULTS = {
  CONNECTION_TIMEOUT_SECS: '10',
  PROC_EXECUTION_STATUS_POLL_COUNT: '30',
} as const satisfies ConfigValues;

export function isConfigKey(name: string): name is ConfigKey {
  return (CONFIG_KEYS as readonly string[]).includes(name);
}
