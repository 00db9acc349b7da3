import { StartError } from './start-error.mjs';

export const startHelp = `npm start [-- options]: starts all of Proctor on this machine and shows its logs. Ctrl-C stops it.

  --detach       return when it is ready; \`npm run stop\` stops it
  --workers N    run N executor workers (default 1)
  --yes          replace an existing CLI configuration without asking
  --help         show this help

Starts its own Postgres, Redis and Kubernetes sandbox unless PROCTOR_POSTGRES_HOST, PROCTOR_REDIS_ADDRESS or
PROCTOR_KUBE_CONFIG point to yours. Reads settings from the environment and from .env (see .env.example). The gateway
listens on PROCTOR_APP_PORT (default 5001). All data is in .proctor/; remove that folder to start from scratch.
npm run status shows what is running (--json for scripts).
`;

/**
 * @typedef {object} StartOptions
 * @property {boolean} detach @property {boolean} yes @property {boolean} help
 * @property {number} workers
 * @property {boolean} keepCliConfig set for the background process after the user declined
 */

/** @param {readonly string[]} args @returns {StartOptions} Throws a `StartError` that names an unknown option. */
export function parseStartOptions(args) {
  const options = { detach: false, yes: false, help: false, workers: 1, keepCliConfig: false };
  const words = args.flatMap((word) =>
    /^--\w+=/.test(word) ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word],
  );
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === '--detach' || word === '-d') options.detach = true;
    else if (word === '--yes' || word === '-y') options.yes = true;
    else if (word === '--help' || word === '-h') options.help = true;
    else if (word === '--keep-cli-config') options.keepCliConfig = true;
    else if (word === '--workers') options.workers = parseCount(words[++i]);
    else throw new StartError(`unknown option "${word}"`, 'See `npm start -- --help`.');
  }
  return options;
}

/** @param {string | undefined} text @returns {number} */
function parseCount(text) {
  if (text !== undefined && /^([1-9]|[1-9]\d)$/.test(text)) return Number(text);
  throw new StartError(`--workers expects a number from 1 to 99, got "${text ?? 'nothing'}"`);
}
