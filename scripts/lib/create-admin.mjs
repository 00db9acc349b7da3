import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceEnvironment } from './launch-node.mjs';
import { step } from './progress.mjs';
import { proctorFolder, projectDir } from './project.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { StartError } from './start-error.mjs';

/** @typedef {{ email: string, token: string, isNew: boolean }} Admin */

/**
 * Creates the administrator at the first start on a database, later reads it from `.proctor/admin.json`.
 * @param {Record<string, string>} env variables of the services
 * @returns {Promise<Admin | undefined>} undefined: the database has one, but its token is unknown here
 */
export function createAdmin(env) {
  return step('check the administrator account', async (note) => {
    const file = join(proctorFolder(), 'admin.json');
    const answer = await runCreateAdmin(env);
    if (answer.created) {
      const admin = { email: answer.email, token: answer.token };
      writeFileSync(file, `${JSON.stringify(admin)}\n`, { mode: 0o600 });
      note(`created ${admin.email}`);
      return { ...admin, isNew: true };
    }
    if (!existsSync(file)) {
      note('exists, created elsewhere');
      return undefined;
    }
    return { ...JSON.parse(readFileSync(file, 'utf8')), isNew: false };
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
