import { posix } from 'node:path';
import { anchorsOf, codeSpansOf, linesOf, linksOf } from './markdown.js';

/** Keyed by path from the project's folder, with `/`. */
export type Pages = Readonly<Record<string, string>>;

export interface Known {
  /** Whether a file or folder exists, by its path from the project's folder. */
  exists: (path: string) => boolean;
  read: (path: string) => string;
  /** Environment variables that a page may mention. */
  settings: ReadonlySet<string>;
  /** Names of the CLI's commands, such as `schedule list`. */
  commands: ReadonlySet<string>;
  /** Names of scripts in package.json. */
  scripts: ReadonlySet<string>;
}

const README = 'README.md';
const MAX_README_BYTES = 12 * 1024;
const MAX_README_COLUMNS = 110;
const MAX_TABLE_COLUMNS = 160;

/** @returns everything that is wrong, one line each, as `page:line: what`. Pure but for `known.exists` and `known.read`. */
export function checkPages(pages: Pages, known: Known): string[] {
  return Object.entries(pages).flatMap(([path, page]) => [
    ...checkLinks(path, page, pages, known),
    ...checkCitedTests(path, page, known),
    ...checkWidths(path, page),
    ...checkMentions(path, page, known),
  ]);
}

function checkLinks(path: string, page: string, pages: Pages, known: Known): string[] {
  return linksOf(page).flatMap(({ line, target }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
    const [file = '', anchor] = target.split('#', 2);
    const linked = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file)));
    if (linked.startsWith('..') || !known.exists(linked)) return [`${path}:${line}: no such file: ${target}`];
    const text = pages[linked];
    if (anchor === undefined || text === undefined || anchorsOf(text).has(anchor)) return [];
    return [`${path}:${line}: no heading for the anchor: ${target}`];
  });
}

/** A link to a spec, and after it the titles of the tests that the page relies on, each in curly quotes. */
const CITED_TESTS = /\]\(([^)\s]+\.spec\.ts)\)((?:[:,]?\s+“[^”]+”)+)/g;

function checkCitedTests(path: string, page: string, known: Known): string[] {
  return [...page.matchAll(CITED_TESTS)].flatMap(({ index, 1: target = '', 2: titles = '' }) => {
    const spec = posix.normalize(posix.join(posix.dirname(path), target));
    if (!known.exists(spec)) return [];
    const source = known.read(spec);
    const line = page.slice(0, index).split('\n').length;
    return [...titles.matchAll(/“([^”]+)”/g)]
      .map(([, title = '']) => title.replace(/\s+/g, ' '))
      .filter((title) => !source.includes(title))
      .map((title) => `${path}:${line}: ${target} has no test “${title}”`);
  });
}

function checkWidths(path: string, page: string): string[] {
  const lines = linesOf(page);
  if (path !== README) {
    return lines
      .filter(({ text, isCode }) => !isCode && text.startsWith('|') && columnsOf(text) > MAX_TABLE_COLUMNS)
      .map(
        ({ number, text }) =>
          `${path}:${number}: table line of ${columnsOf(text)} columns, at most ${MAX_TABLE_COLUMNS}`,
      );
  }
  const bytes = Buffer.byteLength(page);
  return [
    ...(bytes > MAX_README_BYTES ? [`${path}: ${bytes} bytes, at most ${MAX_README_BYTES}`] : []),
    ...lines
      .filter(({ text }) => columnsOf(text) > MAX_README_COLUMNS)
      .map(
        ({ number, text }) => `${path}:${number}: ${columnsOf(text)} columns, at most ${MAX_README_COLUMNS}`,
      ),
  ];
}

const columnsOf = (text: string): number => [...text].length;

const SETTING = /^((?:PROCTOR|GATE_PLUGIN|SLACK_PLUGIN|OTEL)_[A-Z0-9_]*[A-Z0-9])(?:=.*)?$/;

function checkMentions(path: string, page: string, { settings, commands, scripts }: Known): string[] {
  return codeSpansOf(page).flatMap(({ line, text }) => {
    const setting = SETTING.exec(text)?.[1];
    if (setting !== undefined && !settings.has(setting))
      return [`${path}:${line}: no such setting: ${setting}`];
    const script = /^npm run ([\w:]+)/.exec(text)?.[1];
    if (script !== undefined && !scripts.has(script))
      return [`${path}:${line}: no such script: npm run ${script}`];
    const command = /^(?:npx )?proctor ([a-z-]+)/.exec(text)?.[1];
    if (command !== undefined && !commands.has(command))
      return [`${path}:${line}: no such command: proctor ${command}`];
    return [];
  });
}

const VARIABLE = /\b(?:PROCTOR|GATE_PLUGIN|SLACK_PLUGIN|OTEL)_[A-Z0-9_]*[A-Z0-9]\b/g;

/** Settings that a source file names and no page documents, one line each. Pure. */
export function findUndocumented(path: string, source: string, settings: ReadonlySet<string>): string[] {
  const names = new Set(source.match(VARIABLE) ?? []);
  return [...names]
    .filter((name) => !settings.has(name) && !isPrefix(name, settings))
    .map((name) => `${path}: reads ${name}, which docs/settings.md does not have`);
}

/** Code builds some names from a prefix and a suffix. */
const isPrefix = (name: string, settings: ReadonlySet<string>): boolean =>
  [...settings].some((setting) => setting.startsWith(`${name}_`));
