import { StartError } from '../../scripts/lib/start-error.mjs';
import { FAULT_KINDS, type FaultKind } from './faults/fault-kinds.js';

export interface ChaosOptions {
  /** Duration of the load, including the calm at its end. */
  seconds: number;
  /** Target submissions per second. */
  rate: number;
  seed: number;
  kinds: readonly FaultKind[];
  /** Each fault starts only when the effects of the one before are over. */
  isOneByOne: boolean;
  output: 'text' | 'json';
  /** Keep evidence and logs even when every promise was kept. */
  isKept: boolean;
  /** Write the measured waits into docs/failures.md. */
  writesDocs: boolean;
}

export const CHAOS_HELP = `npm run chaos [-- options]: runs all of Proctor under load while everything around it fails. Then compares
what clients were told with what the system reports and with what really ran.

  --seconds N        duration of the load, 10 to 86400 (default 600), without start-up and drain
  --rate N           target submissions per second, 0.1 to 100 (default 12)
  --seed N           repeat the faults and the load of an earlier run (default: random)
  --faults A,B       inject only these kinds of faults (see below), or all with a first word: "kill", "redis", "network"
  --one-by-one       start each fault when the effects of the one before are over; all kinds need 1200 seconds
  --calm             inject no faults
  --keep             keep evidence and logs even when every promise was kept
  --write-docs       write the measured waits into docs/failures.md (use it with --one-by-one)
  --output text|json print the report as text (default) or as one JSON object, with progress on standard error
  --help             show this help

Exit status: 0 every promise was kept; 1 a promise was broken (see .proctor/chaos/SEED for evidence and logs); 2 invalid
options.

Examples:
  npm run chaos                                    every kind of fault for ten minutes
  npm run chaos -- --seconds 60 --seed 7           a short run that can be repeated
  npm run chaos -- --faults "redis flush,kill"     flush Redis and kill each kind of service
  npm run chaos -- --calm --seconds 60 --rate 20   measure what the machine can do

Kinds of faults:
${FAULT_KINDS.map((kind) => `  ${kind}`).join('\n')}
`;

/**
 * @param newSeed used without --seed
 * @returns null for --help
 * @throws StartError with one line that names the invalid option
 */
export function parseChaosOptions(args: readonly string[], newSeed: number): ChaosOptions | null {
  const options: ChaosOptions = {
    seconds: 600,
    rate: 12,
    seed: newSeed,
    kinds: FAULT_KINDS,
    isOneByOne: false,
    output: 'text',
    isKept: false,
    writesDocs: false,
  };
  let isCalm = false;
  const words = args.flatMap((word) => /^(--[\w-]+)=(.*)$/s.exec(word)?.slice(1) ?? [word]);
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    const value = () => {
      const text = words[(i += 1)];
      if (text === undefined) throw new StartError(`${word} needs a value`, SEE_HELP);
      return text;
    };
    if (word === '--help' || word === '-h') return null;
    else if (word === '--calm') isCalm = true;
    else if (word === '--keep') options.isKept = true;
    else if (word === '--write-docs') options.writesDocs = true;
    else if (word === '--one-by-one') options.isOneByOne = true;
    else if (word === '--seconds') options.seconds = parseNumber(word, value(), 10, 86_400);
    else if (word === '--rate') options.rate = parseNumber(word, value(), 0.1, 100);
    else if (word === '--seed') options.seed = parseWhole(word, value(), 0, 2 ** 32 - 1);
    else if (word === '--faults') options.kinds = parseKinds(value());
    else if (word === '--output') options.output = parseOutput(value());
    else throw new StartError(`unknown option "${word}"`, SEE_HELP);
  }
  return isCalm ? { ...options, kinds: [] } : options;
}

/** The command that repeats the run. */
export function describeCommand({ seconds, rate, seed, kinds, isOneByOne }: ChaosOptions): string {
  const faults =
    kinds.length === 0
      ? ' --calm'
      : kinds.length === FAULT_KINDS.length
        ? ''
        : ` --faults "${kinds.join(',')}"`;
  return `npm run chaos -- --seed ${seed} --seconds ${seconds} --rate ${rate}${faults}${isOneByOne ? ' --one-by-one' : ''}`;
}

const SEE_HELP = 'See `npm run chaos -- --help`.';

function parseNumber(option: string, text: string, low: number, high: number): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (number >= low && number <= high) return number;
  throw new StartError(`${option} expects a number from ${low} to ${high}, got "${text}"`);
}

function parseWhole(option: string, text: string, low: number, high: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= low && number <= high) return number;
  throw new StartError(`${option} expects a whole number from ${low} to ${high}, got "${text}"`);
}

function parseKinds(text: string): readonly FaultKind[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!FAULT_KINDS.some((kind) => isNamedBy(kind, name)))
      throw new StartError(`--faults: unknown fault "${name}"`, SEE_HELP);
  }
  return FAULT_KINDS.filter((kind) => names.some((name) => isNamedBy(kind, name)));
}

const isNamedBy = (kind: FaultKind, name: string) => kind === name || kind.split(' ')[0] === name;

function parseOutput(text: string): 'text' | 'json' {
  if (text === 'text' || text === 'json') return text;
  throw new StartError(`--output expects text or json, got "${text}"`);
}
