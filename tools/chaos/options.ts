import { StartError } from '../../scripts/lib/start-error.mjs';
import { FAULT_KINDS, type FaultKind } from './faults/fault-kinds.js';

export interface ChaosOptions {
  /** How long there is load, the calm at its end included. */
  seconds: number;
  /** Submissions a second to aim at. */
  rate: number;
  seed: number;
  kinds: readonly FaultKind[];
  /** Each fault when what the one before did is over. */
  isOneByOne: boolean;
  output: 'text' | 'json';
  /** Keep evidence and logs of a run that passed as well. */
  isKept: boolean;
}

export const CHAOS_HELP = `npm run chaos [-- options]: all of Proctor under load while everything around it fails; then what the
clients were told is compared with what the system says and with what really ran.

  --seconds N        length of the load, 10 to 86400 (default 600); bringing up and draining come on top
  --rate N           submissions a second to aim at, 0.1 to 100 (default 12); less when the machine can't do more
  --seed N           the faults and the load of an earlier run again (default: another one each time)
  --faults A,B       only these kinds of faults (see below); also a first word: "kill", "redis", "network"
  --one-by-one       each fault when what the one before did is over, to see what each does; all kinds need 1200 seconds
  --calm             no faults at all
  --keep             keep evidence and logs also when all promises were kept
  --output text|json json: one object on standard output, the progress on standard error
  --help             this text

Ends with 0: every promise was kept; 1: one was broken (evidence and logs are kept in .proctor/chaos/SEED); 2: bad options.

Examples:
  npm run chaos                                    ten minutes, everything
  npm run chaos -- --seconds 60 --seed 7           a short one that is always the same
  npm run chaos -- --faults "redis flush,kill"     Redis flushed, and each kind of service killed
  npm run chaos -- --calm --seconds 60 --rate 20   how much the machine can do

Kinds of faults:
${FAULT_KINDS.map((kind) => `  ${kind}`).join('\n')}
`;

/**
 * @param newSeed for a run that names none
 * @throws StartError, one line, for what can't be understood. Null: help was asked for.
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

/** The command that does the same again. */
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
      throw new StartError(`--faults: there is no fault "${name}"`, SEE_HELP);
  }
  return FAULT_KINDS.filter((kind) => names.some((name) => isNamedBy(kind, name)));
}

const isNamedBy = (kind: FaultKind, name: string) => kind === name || kind.split(' ')[0] === name;

function parseOutput(text: string): 'text' | 'json' {
  if (text === 'text' || text === 'json') return text;
  throw new StartError(`--output expects text or json, got "${text}"`);
}
