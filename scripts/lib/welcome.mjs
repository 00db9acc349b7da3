import { writeCliConfig } from './cli-config.mjs';
import { dim, duration, green, say } from './progress.mjs';

/**
 * Writes the CLI's configuration and prints what to do next. Shows the token of a new administrator, once.
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
    if (admin.isNew) say(`\nAdministrator: ${admin.email}\nAccess token (shown only once): ${admin.token}`);
    say(`\nCLI configuration: ${written.note}`);
  } else {
    say('\nThis database already has an administrator. Sign in with `npx proctor config`.');
  }
  say('\nTry:');
  say(`  ${prefix}npx proctor list`);
  say(`  ${prefix}npx proctor describe say-hello-world`);
  say(`  ${prefix}npx proctor execute say-hello-world SAMPLE_ARG_ONE=foo\n`);
}
