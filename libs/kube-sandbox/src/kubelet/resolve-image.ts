import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type ImageConfig, parseDockerfile } from './dockerfile.js';

export type ImageOutcome =
  | { kind: 'found'; folder: string; config: ImageConfig }
  | { kind: 'invalid'; message: string }
  | { kind: 'missing'; message: string };

/** Resolves `proctor/say-hello-world:1` to the folder `say-hello-world`, if `procsDir` lists and contains it. */
export async function resolveImage(image: string, procsDir: string): Promise<ImageOutcome> {
  const name = folderNameOf(image);
  if (name === null) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    return { kind: 'invalid', message };
  }
  try {
    const root = await realpath(procsDir);
    if (!(await readdir(root)).includes(name)) return missing(image);
    const folder = await realpath(join(root, name));
    if (!folder.startsWith(root + sep)) return missing(image);
    return {
      kind: 'found',
      folder,
      config: parseDockerfile(await readFile(join(folder, 'Dockerfile'), 'utf8')),
    };
  } catch {
    return missing(image);
  }
}

const HOST = String.raw`(?:localhost|[a-zA-Z0-9]+(?:[.-]+[a-zA-Z0-9]+)*)(?::\d+)?/`;
const SEGMENT = '[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*';
const IMAGE = new RegExp(
  `^(?:${HOST})?(?:${SEGMENT}/)*(${SEGMENT})(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** The last segment of an image name, without tag and digest; null if the name is invalid. */
export function folderNameOf(image: string): string | null {
  return IMAGE.exec(image)?.[1] ?? null;
}

function missing(image: string): ImageOutcome {
  const named = image.includes('/') ? image : `library/${image}`;
  const reference = /^[^/]*[.:][^/]*\//.test(named) ? named : `docker.io/${named}`;
  const full = /:[^/]+$/.test(reference) ? reference : `${reference}:latest`;
  const message =
    `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": ` +
    `failed to resolve reference "${full}": ${full}: not found`;
  return { kind: 'missing', message };
}
