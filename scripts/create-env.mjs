// `npm run env`: writes the passwords and the key that docker-compose.yml requires to `.env`, once.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingVariables } from './lib/compose-variables.mjs';
import { parseDotEnv } from './lib/dot-env.mjs';
import { say } from './lib/progress.mjs';
import { proctorDir, projectDir } from './lib/project.mjs';
import { runMain } from './lib/start-error.mjs';

await runMain(async () => {
  const file = join(projectDir, '.env');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const keyFile = join(proctorDir, 'secret.key');
  // `npm start` reads `.env` too, and must go on with the key of its secrets.
  const secretKey = existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : undefined;
  const missing = missingVariables(parseDotEnv(text), secretKey);
  const names = Object.keys(missing);
  if (names.length === 0) return say('.env has everything that docker-compose.yml requires');
  const lines = names.map((name) => `${name}=${missing[name]}\n`).join('');
  writeFileSync(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lines}`, { mode: 0o600 });
  chmodSync(file, 0o600);
  say(`wrote to .env, readable by you alone: ${names.join(', ')}`);
  say('Keep PROCTOR_SECRET_KEY safe: without it all secrets of procs must be set again.');
});
