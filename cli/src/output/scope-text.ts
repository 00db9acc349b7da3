import { plainLine } from '@app/domain';

/** What a token may be used for: `execute of deploy`. Gateways of earlier versions know only admin. */
export function scopeText({
  scope = 'admin',
  procs,
}: {
  scope?: string | undefined;
  procs?: string[] | undefined;
}): string {
  return plainLine(procs === undefined ? scope : `${scope} of ${procs.join(', ')}`);
}
