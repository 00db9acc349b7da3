import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { LATEST_MIGRATION } from './migrated.js';

it('the services wait for the newest migration', () => {
  const folder = join(import.meta.dirname, '../../../../prisma/migrations');
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(LATEST_MIGRATION).toBe(
    names
      .map(({ name }) => name)
      .sort()
      .at(-1),
  );
});
