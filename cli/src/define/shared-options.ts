/** Declarations that several commands share. */
export const PROC = { description: 'Name of the proc', completes: 'proc' } as const;
export const EXECUTION_ID = { description: 'Id of the execution' } as const;
export const ARG_WORDS = {
  description: 'Arguments as NAME=value (not for secret ones)',
  optional: true,
  many: true,
} as const;
export const ARGS_FILE = {
  kind: 'text',
  alias: 'f',
  completes: 'path',
  description: 'YAML file with arguments (- reads standard input); NAME=value takes precedence',
} as const;
export const YES = { kind: 'flag', alias: 'y', description: 'Skip the confirmation' } as const;
export const DETACH = {
  kind: 'flag',
  alias: 'd',
  description: 'Print the id and exit instead of following the log',
} as const;
export const SINCE = {
  kind: 'text',
  description: 'From this time on: 2h (ago), 2026-01-31 or 2026-01-31T10:00:00Z',
} as const;
export const UNTIL = { kind: 'text', description: 'Before this time' } as const;
export const LIMIT = { kind: 'text', description: 'Entries per page, at most 500 (default 50)' } as const;
export const ALL_PAGES = { kind: 'flag', description: 'Fetch all pages' } as const;
