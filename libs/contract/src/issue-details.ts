import type { ErrorDetail } from '@app/domain';

interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** What a schema found wrong (zod's issues, or Standard Schema's) as details of an `AppError`: `args.NAME`, `0.name`. */
export function detailsFromIssues(issues: readonly Issue[]): ErrorDetail[] {
  return issues.map(({ path = [], message }) => ({
    field: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.') || 'body',
    message,
  }));
}
