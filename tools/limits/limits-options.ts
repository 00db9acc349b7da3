import { parseArgs } from 'node:util';

export interface LimitsOptions {
  /** Names of scenarios; empty: all. */
  only: string[];
  output: 'table' | 'json';
  isShort: boolean;
}

/** @throws Error that names the invalid option */
export function parseLimitsOptions(args: readonly string[], names: readonly string[]): LimitsOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      output: { type: 'string', default: 'table' },
      short: { type: 'boolean', default: false },
    },
  });
  const only = values.only.flatMap((text) => text.split(','));
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--only expects one of ${names.join(', ')}; got "${unknown}"`);
  if (values.output !== 'table' && values.output !== 'json') {
    throw new Error(`--output expects table or json; got "${values.output}"`);
  }
  return { only, output: values.output, isShort: values.short };
}
