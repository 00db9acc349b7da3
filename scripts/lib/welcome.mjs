import { writeCliConfig } from './cli-config.mjs';
import { dim, duration, green, say } from './progress.mjs';
import { proctorDir } from './project.mjs';
import { removeFromLog } from './service-log.mjs';
import { join } from 'node:path';

/**
 * Writes the CLI's configuration and prints what to do next. Shows the token of a new administrator, once, and only on a
 * terminal: what goes to a file or a pipe stays in logs.
 * @param {import('./stack.mjs').Stack} stack @param {import('./create-admin.mjs').Admin | undefined} admin
 * @param {boolean} replaceConfig @param {number} elapsedMs
 */
export function welcome(stack, admin, replaceConfig, elapsedMs) {
  say(`\n${green('Proctor is ready')} at ${stack.url} ${dim(`(${duration(elapsedMs)})`)}`);
  let prefix = '';
  if (admin) {
    const host = stack.url.replace('http://', '');
    const written = writeCliConfig({ host, email: admin.email, token: admin.token }, replaceConfig);
    prefix = written.prefix;
    if (admin.isNew) say(`\nAdministrator: ${admin.email}\n${tokenLine(admin.token)}`);
    // `npm start --detach` of earlier versions wrote it there.
    removeFromLog('start', admin.token);
    say(`\nCLI configuration: ${written.note}`);
  } else {
    say('\nThis database already has an administrator. Sign in with `npx proctor config`.');
  }
  say('\nTry:');
  say(`  ${prefix}npx proctor list`);
  say(`  ${prefix}npx proctor describe say-hello-world`);
  say(`  ${prefix}npx proctor execute say-hello-world SAMPLE_ARG_ONE=foo`);
  say(`\nOr in a browser: ${stack.url}/console/\n`);
}

/** @param {string} token */
function tokenLine(token) {
  return process.stdout.isTTY
    ? `Access token (shown only once): ${token}`
    : `Access token: in ${join(proctorDir, 'admin.json')}, which only you can read`;
}
