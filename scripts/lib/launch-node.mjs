import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { proctorDir, projectDir } from './project.mjs';
import { startServerProcess } from './server-process.mjs';
import { StartError } from './start-error.mjs';

/** A service takes up to 25 s to hand over its work; see libs/platform run-service. */
const graceMs = 27_000;

/**
 * The caller's environment without npm's own variables and the database owner's, overridden by `env`.
 * @param {Record<string, string>} env @returns {NodeJS.ProcessEnv}
 */
export function serviceEnvironment(env) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|PROCTOR_POSTGRES_OWNER_)/.test(name),
  );
  // Node.js 22 and newer cache compiled code there, which makes later starts faster; older ones ignore it.
  const compileCache = { NODE_COMPILE_CACHE: join(proctorDir, 'cache', 'compiled') };
  return { ...compileCache, ...Object.fromEntries(own), ...env };
}

/**
 * Starts one of the compiled programs.
 * @param {{ entry: string, env: Record<string, string>, onLine: (line: string) => void }} options `entry`: in the project
 * @returns {Promise<import('./supervisor.mjs').Launched>}
 */
export async function launchNode({ entry, env, onLine }) {
  const file = join(projectDir, entry);
  if (!existsSync(file)) throw new StartError(`${entry} is missing`, 'Run `npm run build`.');
  const server = await startServerProcess({
    command: process.execPath,
    args: ['--enable-source-maps', file],
    env: serviceEnvironment(env),
    cwd: projectDir,
    onLine,
  });
  return {
    process: server,
    stop: () =>
      server.stop([
        { signal: 'SIGCONT', graceMs: 0 },
        { signal: 'SIGTERM', graceMs },
        { signal: 'SIGKILL', graceMs: 5_000, group: true },
      ]),
  };
}
