import { CREDENTIALS_HINT } from '@app/contract';
import type { ErrorCode } from '@app/domain';
import type { GatewayError } from '@app/gateway-client';

/** What to do next about a failure of the gateway. Undefined: the message says it all. */
export function hintFor(failure: GatewayError): string | undefined {
  const { kind, executionId = 'ID' } = failure;
  switch (kind) {
    case 'refused':
      return hintForRefusal(failure);
    case 'redirected':
      return 'Set PROCTOR_HOST to the final address of the gateway. The CLI does not follow redirects.';
    case 'unexpected_reply':
      return 'Check that PROCTOR_HOST is the address of a Proctor gateway: `proctor config show`.';
    case 'unreachable':
      return (
        failure.hint ??
        'Check that the gateway is running (`npm run status`) and that PROCTOR_HOST is right (`proctor config show`).'
      );
    case 'log_lost':
      return `The execution continues. See its log with \`proctor logs ${executionId}\`, and how it ended with \`proctor status ${executionId}\`.`;
    case 'end_unknown':
      return `Check again later: \`proctor status ${executionId}\`.`;
  }
}

function hintForRefusal({ code, hint, scheme }: GatewayError): string | undefined {
  if (code === 'unauthenticated') {
    const own =
      scheme === 'bearer'
        ? 'Your sign-in has expired. Run `proctor login` to sign in again.'
        : 'Run `proctor login` or `proctor config`. See what is sent with `proctor config show`.';
    // The usual hint names request headers, which the CLI sends by itself.
    return hint === undefined || hint === CREDENTIALS_HINT ? own : `${hint} ${own}`;
  }
  return hint ?? HINTS[code];
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  forbidden: 'See your groups with `proctor whoami`. Ask an administrator to add you to the missing ones.',
  outdated_client: 'Install a newer version of the proctor CLI.',
  too_many_requests: 'Try again later.',
  unavailable: 'Try again later.',
  internal: 'Try again. If it keeps failing, contact the operators of this gateway.',
};
