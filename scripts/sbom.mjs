// `npm run sbom`: writes dist/sbom.cdx.json, the production packages as CycloneDX; works without a network.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSbom } from './lib/create-sbom.mjs';
import { step } from './lib/progress.mjs';
import { projectDir } from './lib/project.mjs';
import { runMain } from './lib/start-error.mjs';

await runMain(() =>
  step('list the production packages', async (note) => {
    const sbom = await createSbom();
    const file = join(projectDir, 'dist', 'sbom.cdx.json');
    mkdirSync(join(projectDir, 'dist'), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(sbom, null, 2)}\n`);
    renameSync(`${file}.new`, file);
    note(`${sbom.components.length} in dist/sbom.cdx.json`);
  }),
);
