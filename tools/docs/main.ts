import { fileURLToPath } from 'node:url';
import type * as z from 'zod';
import { checkPages, findUndocumented, type Pages } from './check-pages.js';
import { putGenerated } from './generated-part.js';
import { ProjectFiles } from './project-files.js';
import { readSettings, type DocumentedGroup } from './read-settings.js';
import { namesOf, renderCli, type ShownCli } from './render-cli.js';
import { renderRest } from './render-rest.js';
import { renderEnvExample, renderSettings } from './render-settings.js';
import { renderTerminal } from './terminal-svg.js';

const SERVICES = ['gateway', 'executor-worker', 'scheduler', 'notifier'] as const;

/** Variables that are not settings of Proctor: keys of the CLI's configuration, and of tests and the sandbox. */
const NOT_SETTINGS = [
  'PROCTOR_HOST',
  'PROCTOR_TEST_KUBECONFIG',
  'PROCTOR_TEST_IMAGE',
  'PROCTOR_TEST_POSTGRES_URL',
  'PROCTOR_TEST_POSTGRES_TEMPLATE',
  'PROCTOR_TEST_REDIS_ADDRESS',
  'PROCTOR_SANDBOX_PORT',
  'PROCTOR_SANDBOX_DATA_DIR',
  'PROCTOR_SANDBOX_PROCS_DIR',
  'PROCTOR_SANDBOX_NAMESPACE',
  'PROCTOR_SANDBOX_CONTAINERS',
  'OTEL_EXPORTER_OTLP_COMPRESSION',
  'OTEL_EXPORTER_OTLP_CERTIFICATE',
];

/** The README's picture; proctor.txt is what a terminal of this width was sent in a real run. */
const PICTURE = { columns: 100, title: 'npm start, proctor list and proctor execute in a terminal' };

/**
 * `npm run docs` writes the generated parts of the documents; with `--check` it writes nothing and names what differs
 * and what is wrong with the pages. @returns the exit status
 */
export async function main(args: readonly string[], say: (line: string) => void): Promise<number> {
  const isCheck = args.includes('--check');
  const files = new ProjectFiles(fileURLToPath(new URL('../..', import.meta.url)));
  const { groups, problems } = readSettings(await loadSchemas());
  const cli = await loadCli();

  const outdated = await update(files, groups, cli, isCheck);
  if (isCheck) problems.push(...outdated.map((path) => `${path}: not up to date; run \`npm run docs\``));
  else for (const path of outdated) say(`wrote ${path}`);

  const settings = new Set([
    ...NOT_SETTINGS,
    ...groups.flatMap((group) => group.settings.map(({ name }) => name)),
  ]);
  problems.push(...checkSources(files, settings));
  problems.push(
    ...checkPages(readPages(files), {
      settings,
      exists: (path) => files.exists(path),
      read: (path) => files.read(path),
      commands: new Set(namesOf(cli.commands)),
      scripts: new Set(Object.keys((JSON.parse(files.read('package.json')) as { scripts: object }).scripts)),
    }),
  );
  for (const problem of problems) say(problem);
  return problems.length === 0 ? 0 : 1;
}

/** @returns files whose generated part was not up to date; they are written unless this is a check */
async function update(
  files: ProjectFiles,
  groups: readonly DocumentedGroup[],
  cli: ShownCli,
  isCheck: boolean,
): Promise<string[]> {
  const markdown = async (path: string, content: string) =>
    [path, await files.formatMarkdown(putGenerated(files.read(path), content))] as const;
  const wanted = [
    await markdown('docs/cli.md', renderCli(cli)),
    await markdown('docs/rest.md', renderRest()),
    await markdown('docs/settings.md', renderSettings(groups)),
    ['.env.example', renderEnvExample(groups)] as const,
    ['docs/images/proctor.svg', renderTerminal(files.read('docs/images/proctor.txt'), PICTURE)] as const,
  ];
  const outdated = wanted.filter(([path, text]) => !files.exists(path) || files.read(path) !== text);
  if (!isCheck) for (const [path, text] of outdated) files.write(path, text);
  return outdated.map(([path]) => path);
}

function readPages(files: ProjectFiles): Pages {
  const paths = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...files.list('docs', /\.md$/)];
  return Object.fromEntries(paths.map((path) => [path, files.read(path)]));
}

function checkSources(files: ProjectFiles, settings: ReadonlySet<string>): string[] {
  return ['apps', 'libs', 'cli', 'scripts']
    .flatMap((folder) => files.list(folder, /\.(ts|mjs)$/))
    .filter((path) => !/\.spec\.ts$|\/(generated|node_modules|testing)\//.test(path))
    .flatMap((path) => findUndocumented(path, files.read(path), settings));
}

/** Nothing imports an app. The env schemas here and the CLI's command tree below are the only exceptions. */
async function loadSchemas(): Promise<Record<string, z.ZodObject>> {
  const modules = SERVICES.map(async (service) => {
    const url = new URL(`../../apps/${service}/src/env.ts`, import.meta.url);
    return [service, ((await import(url.href)) as { schema: z.ZodObject }).schema] as const;
  });
  return Object.fromEntries(await Promise.all(modules));
}

async function loadCli(): Promise<ShownCli> {
  const load = async (path: string) =>
    (await import(new URL(`../../cli/src/${path}`, import.meta.url).href)) as unknown;
  const { COMMAND_TREE } = (await load('define-commands.ts')) as {
    COMMAND_TREE: Pick<ShownCli, 'commands' | 'globalOptions'>;
  };
  const { EXIT_CODE_MEANINGS } = (await load('output/exit-code.ts')) as {
    EXIT_CODE_MEANINGS: Record<string, string>;
  };
  return { ...COMMAND_TREE, exitCodes: EXIT_CODE_MEANINGS };
}
