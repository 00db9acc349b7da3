import { templateName, podTemplateBody, detailsFromIssues } from '@app/contract';
import { AppError, isJsonObject, type ErrorDetail, type JsonObject } from '@app/domain';
import { LineCounter, parseAllDocuments, stringify, type Document } from 'yaml';
import { UNRESOLVABLE, yamlProblem } from '../files/yaml-problem.js';
import type { SourceText } from './find-proc-files.js';

/** A pod template, with its content as it is written. */
export interface TemplateInFile {
  path: string;
  name: string;
  template: { metadata?: JsonObject | null; spec: JsonObject };
}

/**
 * The manifests of kind PodTemplate in these texts. Throws `invalid_args` with every problem in all of them. Nothing of a
 * text that is no such manifest is quoted: it may be a secret in the wrong file.
 */
export function readPodTemplates(sources: readonly SourceText[]): TemplateInFile[] {
  const found: TemplateInFile[] = [];
  const details: ErrorDetail[] = [];
  for (const { path, text } of sources) {
    const lines = new LineCounter();
    const options = { prettyErrors: false, logLevel: 'error', lineCounter: lines, merge: true } as const;
    for (const document of parseAllDocuments(text, options)) {
      const problem = yamlProblem(document, lines);
      if (problem)
        throw wrongTemplates([{ field: `${path}, line ${problem.line}`, message: problem.message }]);
      const value = toPlain(document, path);
      if (value === null) continue;
      const problems = problemsOf(value);
      details.push(...problems.map(({ field, message }) => ({ field: `${path}: ${field}`, message })));
      if (problems.length > 0) continue;
      const { metadata, template } = value as { metadata: { name: string } } & TemplateInFile;
      found.push({ path, name: metadata.name, template });
    }
  }
  if (details.length > 0) throw wrongTemplates(details);
  if (found.length === 0) throw new AppError('invalid_args', 'The files contain no pod templates.');
  return found;
}

/** @param applied the templates that were applied before the error showed */
export function wrongTemplates(details: readonly ErrorDetail[], applied: readonly string[] = []): AppError {
  const changed = applied.length > 0 ? `Applied before it: ${applied.join(', ')}.` : 'Nothing was changed.';
  const what = applied.length > 0 ? 'A pod template has errors.' : 'The pod templates have errors.';
  return new AppError('invalid_args', `${what} ${changed}`, {
    hint: 'See an example with `proctor pod-template describe NAME`, or in docs/procs.md.',
    details,
  });
}

/** A template as the YAML that `readPodTemplates` reads. */
export function podTemplateYaml(name: string, template: object): string {
  const manifest = { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name }, template };
  return stringify(manifest, { lineWidth: 0 });
}

/** More aliases than a manifest needs show only here. */
function toPlain(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw wrongTemplates([{ field: path, message: UNRESOLVABLE }]);
  }
}

function problemsOf(value: unknown): ErrorDetail[] {
  if (!isJsonObject(value) || value['kind'] !== 'PodTemplate')
    return [{ field: 'manifest', message: 'expected a manifest of kind PodTemplate' }];
  const { apiVersion, kind: _, metadata, template, ...unknown } = value;
  const { name, ...more } = isJsonObject(metadata) ? metadata : {};
  const parsedName = templateName.safeParse(name);
  const parsed = podTemplateBody.safeParse(template);
  return [
    ...(apiVersion === 'v1' ? [] : [{ field: 'apiVersion', message: 'must be v1' }]),
    ...Object.keys({ ...unknown }).map((field) => ({ field, message: 'unknown field; remove it' })),
    ...Object.keys(more).map((field) => ({
      field: `metadata.${field}`,
      message: 'is not supported: labels and annotations of pods belong under template.metadata; remove it',
    })),
    ...detailsFromIssues(parsedName.error?.issues ?? []).map(({ message }) => ({
      field: 'metadata.name',
      message,
    })),
    ...(parsed.success
      ? []
      : detailsFromIssues(parsed.error.issues).map(({ field, message }) => ({
          field: field === 'body' ? 'template' : `template.${field}`,
          message,
        }))),
  ];
}
