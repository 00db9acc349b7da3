import { StartError } from './start-error.mjs';

/** @param {string} [version] @throws {StartError} when Node.js is older than what Proctor supports */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new StartError(
    `Node.js ${version} is too old: Proctor needs 20.19 or newer`,
    'Install a current one (https://nodejs.org, or your package or version manager) and try again.',
  );
}
