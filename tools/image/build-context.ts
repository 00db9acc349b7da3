/**
 * What Docker is sent of a folder, by the rules of `.dockerignore`: the last pattern that matches a path or a folder above it
 * decides, `!` takes back, `*` stops at a slash and `**` does not. https://docs.docker.com/build/concepts/context/
 */
export function isSentToDocker(path: string, dockerignore: string): boolean {
  const patterns = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  let isIgnored = false;
  for (const pattern of patterns) {
    const isException = pattern.startsWith('!');
    if (toRegExp(pattern.replace(/^!/, '')).test(path)) isIgnored = !isException;
  }
  return !isIgnored;
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (glob) => GLOBS[glob] ?? glob);
  return new RegExp(`^${source}(?:/.*)?$`);
}

const GLOBS: Record<string, string> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
