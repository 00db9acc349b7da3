import type { ErrorDetail } from '@app/domain';

interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** Turns a schema's issues (zod or Standard Schema) into details of an `AppError`, with fields such as `args.NAME` or `0.name`. */
export function detailsFromIssues(issues: readonly Issue[]): ErrorDetail[] {
  return issues.map(({ path = [], message }) => ({
    field: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.') || 'body',
    message,
  }));
}
