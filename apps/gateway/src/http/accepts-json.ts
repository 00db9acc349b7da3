/**
 * True if an `Accept` header names JSON: `application/json` or `application/problem+json`. A wildcard does not: the
 * v2 client's HTTP library, curl and others send one by default.
 */
export function acceptsJson(accept: string | undefined): boolean {
  return accepts(accept, ['application/json', 'application/problem+json']);
}

/** True if an `Accept` header names one of the types. */
export function accepts(accept: string | undefined, types: readonly string[]): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const isRefused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return types.includes(type) && !isRefused;
  });
}
