import { parseArgs } from 'node:util';
import { StartError } from '../../scripts/lib/start-error.mjs';

export const FUZZ_HELP = `npm run fuzz [-- options]: sends right, wrong and hostile requests to every route of a gateway, as a stranger, as a
user without rights, as a member and as an admin. No answer may be an internal error, take more than two seconds, or
show what its caller may not see; and no row may change that its caller may not change.

  --requests N       how many (default 100000)
  --seed N           repeat the requests of an earlier run (default: random). Answers come in another order, so the ids
                     that later requests name can differ.
  --output text|json print the report as text (default) or as one JSON object
  --help             show this help

Exit status: 0 nothing was found; 1 something was, or an option is invalid.
`;

export interface FuzzCommand {
  requests: number;
  seed: number;
  output: 'text' | 'json';
}

/** @returns null for --help @throws StartError that names the invalid option */
export function parseFuzzOptions(args: readonly string[], newSeed: number): FuzzCommand | null {
  const values = parse(args);
  if (values.help) return null;
  const { output } = values;
  if (output !== 'text' && output !== 'json') {
    throw new StartError(`--output expects text or json; got "${output}"`);
  }
  return {
    requests: count('--requests', values.requests, 100_000),
    seed: count('--seed', values.seed, newSeed),
    output,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        requests: { type: 'string' },
        seed: { type: 'string' },
        output: { type: 'string', default: 'text' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

const MAX_COUNT = 2 ** 31 - 1;

function count(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MAX_COUNT) return number;
  throw new StartError(`${option} expects a whole number from 1 to ${MAX_COUNT}; got "${text}"`);
}
