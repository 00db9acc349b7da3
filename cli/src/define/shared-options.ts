/** Declarations that several commands have in common. */
export const PROC = { describe: 'Name of the proc', completes: 'proc' } as const;
export const EXECUTION_ID = { describe: 'Id of the execution' } as const;
export const ARG_WORDS = { describe: 'NAME=value; not for secret ones', optional: true, many: true } as const;
export const ARGS_FILE = {
  kind: 'text',
  alias: 'f',
  completes: 'path',
  describe: 'YAML file of args (-: standard input); NAME=value wins over it',
} as const;
export const YES = { kind: 'flag', alias: 'y', describe: 'Without asking' } as const;
export const DETACH = {
  kind: 'flag',
  alias: 'd',
  describe: 'Print the id and end, without following the log',
} as const;
export const SINCE = {
  kind: 'text',
  describe: 'From this time on: 2h (back from now), 2026-01-31 or 2026-01-31T10:00:00Z',
} as const;
export const UNTIL = { kind: 'text', describe: 'Before this time' } as const;
export const LIMIT = { kind: 'text', describe: 'How many, at most 500 (default 50)' } as const;
export const ALL_PAGES = { kind: 'flag', describe: 'All of them, page after page' } as const;
