import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './progress.mjs';
import { proctorFolder, projectDir } from './project.mjs';
import { requestLocal } from './request-local.mjs';
import { StartError } from './start-error.mjs';

/**
 * A proc.yaml: the body of `POST /metadata`, and values for its secrets that only `npm start` uses.
 * @typedef {{ name: string, sample_secrets?: Record<string, string>, [field: string]: unknown }} ProcFile
 */

/**
 * Registers the sample procs of `procs/` that the gateway does not have, with their sample secrets. Existing procs are
 * not touched, because a user may have changed them.
 * @param {string} url @param {import('./create-admin.mjs').Admin} admin
 */
export function registerProcs(url, admin) {
  return step('register the sample procs', async (note) => {
    const known = /** @type {{ name: string }[]} */ (await call(url, admin, 'GET', '/metadata'));
    const pendingFile = join(proctorFolder(), 'pending-secrets.json');
    /** @type {string[]} procs whose secrets an interrupted start did not store */
    const pending = existsSync(pendingFile) ? JSON.parse(readFileSync(pendingFile, 'utf8')) : [];
    const procs = await readProcFiles(join(projectDir, 'procs'));
    const missing = procs.filter(({ name }) => !known.some((proc) => proc.name === name));
    const withSecrets = procs.filter(
      (proc) => proc.sample_secrets && (missing.includes(proc) || pending.includes(proc.name)),
    );

    writeFileSync(pendingFile, JSON.stringify(withSecrets.map(({ name }) => name)), { mode: 0o600 });
    if (missing.length > 0) {
      await call(url, admin, 'POST', '/metadata', missing.map(metadataOf));
    }
    for (const { name, sample_secrets: secrets } of withSecrets) {
      await call(url, admin, 'POST', '/secret', { job_name: name, secrets });
    }
    writeFileSync(pendingFile, '[]');
    note(missing.length === 0 ? 'all registered' : missing.map(({ name }) => name).join(', '));
  });
}

/** @param {ProcFile} proc @returns {object} what the gateway accepts */
function metadataOf(proc) {
  return Object.fromEntries(Object.entries(proc).filter(([field]) => field !== 'sample_secrets'));
}

/** @param {string} folder @returns {Promise<ProcFile[]>} ordered by folder name */
export async function readProcFiles(folder) {
  const yaml = await import('yaml');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name, 'proc.yaml'))
    .filter((file) => existsSync(file))
    .map((file) => {
      const proc = parseProc(readFileSync(file, 'utf8'), yaml);
      if (typeof proc?.name !== 'string') throw new StartError(`${file} has no "name"`);
      return proc;
    });
}

const MARK = '\0number:';
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Numbers keep their text, as with `proctor procs apply`: 1.0 does not become 1. See `toJson`. @param {string} text @param {typeof import('yaml')} yaml */
function parseProc(text, { parseDocument, visit }) {
  const document = parseDocument(text, { merge: true });
  if (document.errors[0]) throw document.errors[0];
  visit(document, {
    Scalar(_, scalar) {
      const { value, source = '' } = scalar;
      if (typeof value === 'number' && String(value) !== source && JSON_NUMBER.test(source))
        scalar.value = MARK + source;
    },
  });
  return document.toJS();
}

/** @param {unknown} value what `parseProc` made */
export const toJson = (value) => JSON.stringify(value).replace(/"\\u0000number:([^"]+)"/g, '$1');

/**
 * @param {string} url @param {import('./create-admin.mjs').Admin} admin @param {string} method @param {string} path
 * @param {unknown} [body] @returns {Promise<unknown>} the reply's JSON, or null
 */
async function call(url, { email, token }, method, path, body) {
  const text = body === undefined ? undefined : toJson(body);
  const reply = await requestLocal(`${url}${path}`, {
    method,
    headers: {
      'Email-Id': email,
      'Access-Token': token,
      ...(text === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }),
    },
    body: text,
    timeoutMs: 30_000,
  });
  if (reply.status < 200 || reply.status > 299) {
    const hint =
      reply.status === 401
        ? 'The database does not have the administrator in .proctor/admin.json. Remove that file.'
        : undefined;
    throw new StartError(`${method} ${path} returned ${reply.status}: ${reply.text.slice(0, 500)}`, hint);
  }
  return reply.text ? JSON.parse(reply.text) : null;
}
