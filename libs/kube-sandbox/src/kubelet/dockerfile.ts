/** How to run an image, read from the last stage of its Dockerfile. */
export interface ImageConfig {
  entrypoint: readonly string[];
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Default: '/'. */
  workingDirectory: string;
  /** As `USER` gives it, without the group. Empty: root. */
  user: string;
  /** Single files copied into the image: path in the image → path in the build context. */
  copiedFiles: ReadonlyMap<string, string>;
}

/**
 * Reads the instructions that matter at run time: ENTRYPOINT, CMD (exec and shell form), ENV, USER, WORKDIR, and the targets of
 * COPY and ADD. Nothing is built: RUN and the base image are ignored.
 */
export function parseDockerfile(text: string): ImageConfig {
  let config = emptyImage();
  for (const { instruction, rest } of instructionsOf(text)) {
    if (instruction === 'FROM') config = emptyImage();
    else if (instruction === 'ENTRYPOINT') config = { ...config, entrypoint: parseWords(rest) };
    else if (instruction === 'CMD') config = { ...config, command: parseWords(rest) };
    else if (instruction === 'ENV') config = { ...config, env: { ...config.env, ...parseEnv(rest) } };
    else if (instruction === 'USER') config = { ...config, user: unquote(rest).split(':')[0] ?? '' };
    else if (instruction === 'WORKDIR')
      config = { ...config, workingDirectory: join(config.workingDirectory, unquote(rest)) };
    else if (instruction === 'COPY' || instruction === 'ADD') {
      config = {
        ...config,
        copiedFiles: new Map([...config.copiedFiles, ...copiedBy(rest, config.workingDirectory)]),
      };
    }
  }
  return config;
}

export function emptyImage(): ImageConfig {
  return { entrypoint: [], command: [], env: {}, workingDirectory: '/', user: '', copiedFiles: new Map() };
}

function instructionsOf(text: string): { instruction: string; rest: string }[] {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  const joined = lines.join('\n').replace(/\\[ \t]*\n/g, ' ');
  return joined.split('\n').flatMap((line) => {
    const match = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line);
    return match ? [{ instruction: match[1]!.toUpperCase(), rest: match[2]! }] : [];
  });
}

function parseWords(rest: string): string[] {
  if (rest.startsWith('[')) {
    try {
      const words: unknown = JSON.parse(rest);
      if (isStringList(words)) return words;
    } catch {
      // As in Docker, anything but a JSON array is a shell command.
    }
  }
  return ['/bin/sh', '-c', rest];
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function parseEnv(rest: string): Record<string, string> {
  const legacy = /^([^\s=]+)\s+(.*)$/.exec(rest);
  if (legacy) return { [legacy[1]!]: legacy[2]! };
  const pairs = rest.matchAll(/([^\s=]+)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:\\.|\S)*)/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name!, unquote(value!)] as const));
}

function unquote(text: string): string {
  if (/^'.*'$/s.test(text)) return text.slice(1, -1);
  const inner = /^".*"$/s.test(text) ? text.slice(1, -1) : text;
  return inner.replace(/\\(.)/g, '$1');
}

function copiedBy(rest: string, workingDirectory: string): [string, string][] {
  if (/--from=/.test(rest)) return [];
  const words = rest.startsWith('[')
    ? parseWords(rest)
    : rest.split(/\s+/).filter((word) => !word.startsWith('--'));
  const target = words.at(-1) ?? '';
  const sources = words.slice(0, -1).map((source) => source.replace(/^\.?\//, ''));
  const isFolder = sources.length > 1 || target.endsWith('/') || target === '.';
  return sources.map((source) => {
    const name = source.split('/').at(-1)!;
    return [join(workingDirectory, isFolder ? `${target}/${name}` : target), source];
  });
}

function join(folder: string, path: string): string {
  const steps = (path.startsWith('/') ? path : `${folder}/${path}`).split('/');
  return `/${steps.filter((step) => step !== '' && step !== '.').join('/')}`;
}
