import type { Container } from '../objects/kube-object.js';
import type { ImageConfig } from './dockerfile.js';
import { expandReferences } from './expand-references.js';

/**
 * The command line to run. As in Kubernetes, `command` replaces ENTRYPOINT and CMD, and `args` replaces CMD. Image paths are
 * mapped to paths in `folder`, which stands in for the image's working directory.
 */
export function containerCommand(
  container: Container,
  image: ImageConfig,
  env: ReadonlyMap<string, string>,
  folder: string,
): string[] {
  const expand = (words: readonly string[] | undefined) => words?.map((word) => expandReferences(word, env));
  const command = container.command?.length ? expand(container.command) : undefined;
  const args = container.args?.length ? expand(container.args) : undefined;
  const words = command ? [...command, ...(args ?? [])] : [...image.entrypoint, ...(args ?? image.command)];
  const mapped = words.map((word) => mapImagePath(word, image, folder));
  const program = mapped[0];
  // Without a slash the program is looked up in PATH; with one it is relative to the working directory.
  if (program?.includes('/') && !program.startsWith('/'))
    mapped[0] = `${folder}/${program.replace(/^\.\//, '')}`;
  return mapped;
}

function mapImagePath(word: string, image: ImageConfig, folder: string): string {
  const source = image.copiedFiles.get(word);
  if (source !== undefined) return `${folder}/${source}`;
  const { workingDirectory } = image;
  if (workingDirectory !== '/' && word.startsWith(`${workingDirectory}/`))
    return folder + word.slice(workingDirectory.length);
  return word;
}
