import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './file-lock.mjs';
import { hashContents, readStamp } from './fingerprint.mjs';
import { proctorFolder, projectDir } from './project.mjs';
import { runCommand } from './run-command.mjs';
import { StartError } from './start-error.mjs';

const generatedDir = join(projectDir, 'libs/database/src/generated');
const stampFile = join(generatedDir, '.stamp');
const sources = ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'].map((f) =>
  join(projectDir, f),
);

/**
 * Generates the Prisma client into libs/database, unless the schema has not changed since the last time.
 * Needs no network: naming a schema engine stops Prisma from downloading one, and generating never runs it.
 * May be repeated and run at the same time.
 * @returns {Promise<'generated' | 'unchanged'>}
 */
export async function generateClient() {
  return withLock(join(proctorFolder(), 'generate.lock'), async () => {
    const stamp = hashContents(sources);
    if (readStamp(stampFile) === stamp) return 'unchanged';
    const prisma = join(projectDir, 'node_modules/prisma/build/index.js');
    if (!existsSync(prisma)) throw new StartError('the prisma package is not installed', 'Run `npm ci`.');
    const { status, output } = await runCommand(process.execPath, [prisma, 'generate'], {
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        PRISMA_HIDE_PREVIEW_FLAG_WARNINGS: '1',
        CHECKPOINT_DISABLE: '1',
        NO_UPDATE_NOTIFIER: '1',
      },
    });
    if (status !== 0)
      throw new StartError(`prisma generate ended with status ${status}:\n${output.trimEnd()}`);
    writeFileSync(stampFile, `${stamp}\n`);
    return 'generated';
  });
}
