import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceEnvironment } from './launch-node.mjs';
import { step } from './progress.mjs';
import { proctorDir, projectDir } from './project.mjs';
import { requestLocal } from './request-local.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { StartError } from './start-error.mjs';

/** @typedef {{ email: string, token: string, isNew: boolean }} Admin */

const file = join(proctorDir, 'admin.json');

/**
 * The administrator that an earlier start created, if the gateway still knows its token. Asking it costs a request, and
 * `create-admin` a second of a processor, because it loads what a service loads.
 * @param {string} url of the gateway @returns {Promise<Admin | undefined>}
 */
export async function findAdmin(url) {
  const admin = readAdmin();
  if (!admin) return undefined;
  const headers = { 'Email-Id': admin.email, 'Access-Token': admin.token };
  const { status } = await requestLocal(`${url}/whoami`, { headers, timeoutMs: 30_000 });
  return status === 200 ? admin : undefined;
}

/** @returns {boolean} whether an earlier start left an administrator for `findAdmin` */
export const isAdminKept = () => existsSync(file);

/** @returns {Admin | undefined} */
const readAdmin = () =>
  isAdminKept() ? { ...JSON.parse(readFileSync(file, 'utf8')), isNew: false } : undefined;

/**
 * Creates the administrator at the first start on a database, later reads it from `.proctor/admin.json`.
 * @param {Record<string, string>} env variables of the services
 * @returns {Promise<Admin | undefined>} undefined: the database has one, but its token is unknown here
 */
export function createAdmin(env) {
  return step('check the administrator account', async (note) => {
    const answer = await runCreateAdmin(env);
    if (answer.created) {
      const admin = { email: answer.email, token: answer.token };
      writeFileSync(file, `${JSON.stringify(admin)}\n`, { mode: 0o600 });
      note(`created ${admin.email}`);
      return { ...admin, isNew: true };
    }
    const admin = readAdmin();
    if (!admin) note('exists, created elsewhere');
    return admin;
  });
}

/** @param {Record<string, string>} env @returns {Promise<{ created: true, email: string, token: string } | { created: false }>} */
async function runCreateAdmin(env) {
  const program = join(projectDir, 'dist/apps/gateway/src/create-admin.js');
  const { status, output } = await runCommand(process.execPath, ['--enable-source-maps', program], {
    env: serviceEnvironment(env),
    timeoutMs: 60_000,
  });
  const line = output.split('\n').find((text) => /^\{.*"created"/.test(text));
  // Output with a token is not shown.
  if (status !== 0 || !line) {
    throw new StartError(
      `the administrator could not be created (status ${status}):\n${line ? '' : lastLines(output, 20)}`,
    );
  }
  return JSON.parse(line);
}
