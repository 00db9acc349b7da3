import { writeCliConfig } from './cli-config.mjs';
import { dim, duration, green, say } from './progress.mjs';

/**
 * Writes the CLI's configuration and says what to do next. The token of a new administrator is shown here, once.
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
    if (admin.isNew)
      say(`\nThe administrator is ${admin.email}, the token (shown only this once): ${admin.token}`);
    say(`\nThe CLI's configuration: ${written.note}`);
  } else {
    say('\nThis database has an administrator already: sign in with `npx proctor config`.');
  }
  say('\nTry:');
  say(`  ${prefix}npx proctor list`);
  say(`  ${prefix}npx proctor describe say-hello-world`);
  say(`  ${prefix}npx proctor execute say-hello-world SAMPLE_ARG_ONE=foo\n`);
}
