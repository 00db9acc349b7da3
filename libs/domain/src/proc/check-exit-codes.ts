import type { ErrorDetail } from '../app-error.js';
import type { Proc } from './proc.js';

/** Lists exit codes that Kubernetes would reject or that would have no effect. `field` starts with `pod`. */
export function checkExitCodes({ retries, pod }: Pick<Proc, 'retries' | 'pod'>): ErrorDetail[] {
  const { retryOn, failOn } = pod;
  const problems = [...checkCodes('pod.retryOn', retryOn), ...checkCodes('pod.failOn', failOn)];
  if (problems.length > 0) return problems;
  if (retryOn.length > 0 && failOn.length > 0) {
    const message = 'cannot be combined with retry_on, which already ends on every other code; remove one';
    return [{ field: 'pod.failOn', message }];
  }
  if (retries !== 0) return [];
  const message = 'has no effect with retries: 0; allow retries, or remove it';
  return [
    ...(retryOn.length > 0 ? [{ field: 'pod.retryOn', message }] : []),
    ...(failOn.length > 0 ? [{ field: 'pod.failOn', message }] : []),
  ];
}

function checkCodes(field: string, codes: readonly number[]): ErrorDetail[] {
  return codes.flatMap((code, index) => {
    const isCode = Number.isInteger(code) && code >= 1 && code <= 255;
    if (isCode && codes.indexOf(code) === index) return [];
    const message = isCode
      ? `${code} is listed twice; list each code once`
      : `expected an exit code from 1 to 255, got ${code}`;
    return [{ field: `${field}.${index}`, message }];
  });
}
