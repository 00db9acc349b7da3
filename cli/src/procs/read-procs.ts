import { detailsFromIssues, parseWritten, procMetadata, type ProcMetadata } from '@app/contract';
import { AppError, type ErrorDetail } from '@app/domain';
import { findUnknownFields, withoutIgnored } from './find-unknown-fields.js';
import { parseProcDocuments } from './parse-proc-documents.js';
import type { SourceText } from './find-proc-files.js';

/**
 * The procs in these texts. Throws `invalid_args` with every problem in all of them: invalid values, unknown fields,
 * duplicate procs.
 */
export function readProcs(sources: readonly SourceText[]): ProcMetadata[] {
  const procs: ProcMetadata[] = [];
  const pathOfProc = new Map<string, string>();
  const details: ErrorDetail[] = [];
  for (const { path, text } of sources) {
    for (const [index, document] of parseProcDocuments(text, path).entries()) {
      const value = withoutIgnored(document);
      const place = `${path}: ${nameOf(value) ?? `proc ${index + 1}`}`;
      const parsed = parseWritten(procMetadata, value);
      const problems = [...findUnknownFields(value), ...detailsFromIssues(parsed.error?.issues ?? [])];
      details.push(...problems.map(({ field, message }) => ({ field: `${place}: ${field}`, message })));
      if (!parsed.success || problems.length > 0) continue;
      const otherPath = pathOfProc.get(parsed.data.name);
      if (otherPath !== undefined) details.push({ field: place, message: `is also in ${otherPath}` });
      pathOfProc.set(parsed.data.name, path);
      procs.push(parsed.data);
    }
  }
  if (details.length > 0) {
    throw new AppError('invalid_args', 'The proc files have errors. Nothing was changed.', {
      hint: '`proctor procs describe PROC` prints a registered proc as an example.',
      details,
    });
  }
  if (procs.length === 0) throw new AppError('invalid_args', 'The files contain no procs.');
  return procs;
}

function nameOf(proc: unknown): string | null {
  const name = typeof proc === 'object' && proc !== null && 'name' in proc ? proc.name : null;
  return typeof name === 'string' && name !== '' ? name : null;
}
