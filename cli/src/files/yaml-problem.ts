import { visit, type Document, type ErrorCode, type LineCounter } from 'yaml';

/** What is wrong with a YAML text, and where. Never a part of the text: the file may be another than the user meant. */
export interface YamlProblem {
  line: number;
  message: string;
}

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'an alias (*name) is malformed',
  BAD_DQ_ESCAPE: 'an unknown escape sequence in double quotes; use single quotes for a text with backslashes',
  BAD_INDENT: 'wrong indentation',
  BAD_SCALAR_START: 'a value begins with a special character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second `name:` in the same line; put a value with a colon in quotes',
  BLOCK_IN_FLOW: 'a list or map of several lines inside brackets',
  DUPLICATE_KEY: 'a name is given twice',
  MISSING_CHAR: 'a colon, comma, quote or bracket is missing',
  MULTILINE_IMPLICIT_KEY: 'a name goes over several lines, or its colon is missing',
  TAB_AS_INDENT: 'a tab as indentation; use spaces',
  UNEXPECTED_TOKEN: 'an unexpected character',
};

/** The first problem of a document that was parsed with this line counter; null: it can be read. */
export function yamlProblem(document: Document, lines: LineCounter): YamlProblem | null {
  const [error] = document.errors;
  if (error) {
    const message = MESSAGES[error.code] ?? 'not valid YAML';
    return { line: lines.linePos(error.pos[0]).line, message };
  }
  const anchors = new Set<string>();
  let at: number | null = null;
  visit(document, {
    Value(_, { anchor }) {
      if (anchor) anchors.add(anchor);
    },
    Alias(_, { source, range }) {
      if (anchors.has(source)) return undefined;
      at = range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return at === null
    ? null
    : { line: lines.linePos(at).line, message: 'an alias (*name) has no anchor (&name) before it' };
}

/** For what shows only when the document becomes values. */
export const UNRESOLVABLE = 'more aliases (*name) than allowed, or a merge key (<<) that does not name a map';

/** A name as an argument, a field or a proc has one. Anything else may be content of a file that the user did not mean. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_][\w.-]{0,62}$/.test(name);
}
