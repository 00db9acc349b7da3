import { packageName, readJson } from './check-lock.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { StartError } from './start-error.mjs';

/**
 * @typedef {{ name: string, version: string, 'bom-ref': string }} Component
 * @typedef {{ ref: string, dependsOn?: string[] }} Dependency
 * @typedef {{ metadata: { component: Component }, components: Component[], dependencies: Dependency[] }} Sbom CycloneDX
 */

/** The production packages, from the lock file alone: the same on every platform. @returns {Promise<Sbom>} */
export async function createSbom() {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const { status, output } = await runCommand('npm', [...args, '--loglevel=error']);
  if (status !== 0) throw new StartError(`npm sbom ended with status ${status}:\n${lastLines(output, 10)}`);
  const json = output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1);
  return onlyProduction(JSON.parse(json), readJson('package-lock.json'));
}

/**
 * `npm sbom --omit=dev` leaves out production packages that a development package depends on too: half of ours.
 * @param {Sbom} all with the development packages @param {import('./check-lock.mjs').Lock} lock @returns {Sbom}
 */
export function onlyProduction({ metadata, components, dependencies, ...rest }, lock) {
  // Of a package under another name (`npm:`), npm lists that name.
  const wanted = new Set(
    Object.entries(lock.packages)
      .filter(([path, { dev }]) => path !== '' && !dev)
      .map(([path, { version }]) => `${packageName(path)}@${version}`),
  );
  const kept = components.filter(({ name, version }) => wanted.has(`${name}@${version}`));
  const missing = [...wanted].filter(
    (one) => !kept.some(({ name, version }) => `${name}@${version}` === one),
  );
  if (missing.length > 0) throw new StartError(`npm sbom left out ${missing.join(', ')}`);
  const refs = new Set([metadata.component['bom-ref'], ...kept.map((component) => component['bom-ref'])]);
  return {
    ...rest,
    // npm takes the name of the folder.
    metadata: { ...metadata, component: { ...metadata.component, name: 'proctor' } },
    components: kept,
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
  };
}
