import { AppError } from '@app/domain';
import { LineCounter, isScalar, parseAllDocuments, visit, type Document } from 'yaml';

/** Values of these fields reach a container as written: `0.50` does not become `0.5`. */
const KEPT_AS_WRITTEN = new Set(['default', 'example', 'options']);

/**
 * The unvalidated procs of a YAML or JSON text: one proc or a list in each document. Throws `malformed_request` with the
 * line number for a syntax error.
 */
export function parseProcDocuments(text: string, path: string): unknown[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { prettyErrors: false, lineCounter: lines });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [problem] = document.errors;
    if (problem) {
      const what = problem.code === 'DUPLICATE_KEY' ? 'a field is given twice' : problem.message;
      throw new AppError(
        'malformed_request',
        `${path}, line ${lines.linePos(problem.pos[0]).line}: ${what}.`,
        {
          hint: 'Use YAML or JSON with one proc or a list of procs.',
        },
      );
    }
    keepAsWritten(document);
    const value: unknown = toPlain(document, path);
    if (value === null || value === undefined) return [];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  });
}

function keepAsWritten(document: Document): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !KEPT_AS_WRITTEN.has(String(key.value))) return;
      visit(value as Parameters<typeof visit>[0], {
        Scalar(_key, scalar) {
          const isRead = typeof scalar.value === 'number' || typeof scalar.value === 'boolean';
          if (isRead && scalar.source !== undefined) scalar.value = scalar.source;
        },
      });
    },
  });
}

function toPlain(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new AppError('malformed_request', `${path}: ${(error as Error).message}.`, { cause: error });
  }
}
