import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { proctorDir, proctorFolder, projectDir } from './project.mjs';

const mark = '# written by npm start in';
const ownLine = `${mark} ${projectDir}`;

/** The file that the CLI reads, in LOCAL_CONFIG_DIR or else ~/.proctor. */
export const userConfigFile = () =>
  join(process.env.LOCAL_CONFIG_DIR || join(homedir(), '.proctor'), 'proctor.yaml');

/** @param {{ host: string, email: string, token: string }} values @returns {string} */
export function renderCliConfig({ host, email, token }) {
  const entries = { PROCTOR_HOST: host, EMAIL_ID: email, ACCESS_TOKEN: token };
  return `${ownLine}\n${Object.entries(entries)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('')}`;
}

/** @returns {boolean} whether a configuration exists that `npm start` in this folder did not write */
export function isForeignConfig(file = userConfigFile()) {
  return existsSync(file) && !readFileSync(file, 'utf8').split('\n').includes(ownLine);
}

/**
 * Tells whether the user's configuration may be replaced. Asks on a terminal if it is not ours.
 * @param {{ yes: boolean, keepCliConfig: boolean }} options @returns {Promise<boolean>}
 */
export async function mayReplaceConfig({ yes, keepCliConfig }) {
  if (!isForeignConfig() || yes) return !keepCliConfig;
  if (keepCliConfig || !process.stdin.isTTY || !process.stdout.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  const answer = await new Promise((resolve) => {
    lines.once('close', () => resolve(''));
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.question(`${userConfigFile()} exists. Replace it and keep a copy? [y/N] `, resolve);
  });
  lines.close();
  return /^y(es)?$/i.test(String(answer).trim());
}

/**
 * Writes the CLI's configuration to `.proctor/cli` and, with `replaceUsers`, to the user's own file.
 * @param {{ host: string, email: string, token: string }} values @param {boolean} replaceUsers
 * @returns {{ prefix: string, note: string }} `prefix`: put it before a command to use this configuration
 */
export function writeCliConfig(values, replaceUsers) {
  writePrivate(join(proctorFolder('cli'), 'proctor.yaml'), renderCliConfig(values));
  const file = userConfigFile();
  const prefix = `LOCAL_CONFIG_DIR=${shellWord(join(proctorDir, 'cli'))} `;
  if (!replaceUsers) return { prefix, note: `${file} was not changed` };
  const isForeign = isForeignConfig(file);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (isForeign) copyFileSync(file, `${file}.before-npm-start`);
    writePrivate(file, renderCliConfig(values));
  } catch (error) {
    return { prefix, note: `${file} could not be written (${/** @type {Error} */ (error).message})` };
  }
  return {
    prefix: '',
    note: isForeign ? `${file}; the old one was saved as proctor.yaml.before-npm-start` : file,
  };
}

/** @param {string} file @param {string} text */
function writePrivate(file, text) {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}

/** As a POSIX shell reads it back. @param {string} word */
export const shellWord = (word) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
