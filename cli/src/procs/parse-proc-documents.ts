import { Written } from '@app/contract';
import { AppError } from '@app/domain';
import { LineCounter, parseAllDocuments, visit, type Document } from 'yaml';
import { UNRESOLVABLE, yamlProblem } from '../files/yaml-problem.js';

/**
 * The unvalidated procs of a YAML or JSON text: one proc or a list in each document. Numbers and booleans keep their text
 * (`Written`). Throws `malformed_request` with the line number for a syntax error, never with the text: the file may be
 * none of procs.
 */
export function parseProcDocuments(text: string, path: string): unknown[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
    merge: true,
  });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const problem = yamlProblem(document, lines);
    if (problem) throw malformed(`${path}, line ${problem.line}: ${problem.message}.`);
    keepAsWritten(document);
    const value: unknown = toPlain(document, path);
    if (value === null || value === undefined) return [];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  });
}

function keepAsWritten(document: Document): void {
  visit(document, {
    Scalar(key, scalar) {
      const { value, source } = scalar;
      if (source === undefined || (typeof value !== 'number' && typeof value !== 'boolean')) return;
      if (String(value) !== source) scalar.value = key === 'key' ? source : new Written(source, value);
    },
  });
}

function toPlain(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw malformed(`${path}: ${UNRESOLVABLE}.`);
  }
}

function malformed(message: string): AppError {
  return new AppError('malformed_request', message, {
    hint: 'Use YAML or JSON with one proc or a list of procs.',
  });
}
