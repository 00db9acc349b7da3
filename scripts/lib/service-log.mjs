import {
  chmodSync,
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { formatLogLine, prefixLines } from './log-line.mjs';
import { hasEscapes, say } from './progress.mjs';
import { proctorFolder } from './project.mjs';

const rotateAtBytes = 10 * 1024 * 1024;
const colour = hasEscapes;
/** @type {string[]} */
const shownNames = [];

/** @param {string} name @returns {string} path of its log file, private to its owner; a large one of an earlier start is renamed to `.1` */
export function openLogFile(name) {
  const file = join(proctorFolder('logs'), `${name}.log`);
  if (existsSync(file) && statSync(file).size > rotateAtBytes) renameSync(file, `${file}.1`);
  if (existsSync(file)) chmodSync(file, 0o600);
  return file;
}

/** Removes a secret that an earlier start wrote to a log. @param {string} name @param {string} secret */
export function removeFromLog(name, secret) {
  const log = join(proctorFolder('logs'), `${name}.log`);
  for (const file of [log, `${log}.1`]) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.includes(secret)) writeFileSync(file, text.replaceAll(secret, '***'));
  }
}

/**
 * Writes the lines of a process to `.proctor/logs/<name>.log` unchanged, and to the terminal in readable form.
 * @param {string} name @param {{ isShown: boolean }} options `isShown: false` writes only to the file
 * @returns {{ file: string, write: (line: string) => void }}
 */
export function openServiceLog(name, { isShown }) {
  const file = openLogFile(name);
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  stream.on('error', () => {}); // a full disk must not stop the service
  if (isShown) shownNames.push(name);
  const index = shownNames.length - 1;
  return {
    file,
    write(line) {
      stream.write(`${line}\n`);
      if (!isShown) return;
      const width = Math.max(...shownNames.map((shown) => shown.length));
      say(prefixLines(name, index, formatLogLine(line, { colour }), { colour, width }));
    },
  };
}
