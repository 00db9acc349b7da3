import { integerVar } from '@app/platform';
import type * as z from 'zod';

const MIB = 1024 * 1024;
/** Of bodies that are being read or checked. A body has at most 1 MiB. */
const BODY_BYTES = { inAll: 128 * MIB, perClient: 32 * MIB };

export const limitsVars = {
  PROCTOR_REQUESTS_PER_SECOND: integerVar({ min: 0, max: 1_000_000, default: 100 }),
  PROCTOR_REQUESTS_BURST: integerVar({ min: 1, max: 1_000_000, default: 1_000 }),
  PROCTOR_COSTLY_REQUESTS_PER_SECOND: integerVar({ min: 0, max: 1_000_000, default: 20 }),
  PROCTOR_COSTLY_REQUESTS_BURST: integerVar({ min: 1, max: 1_000_000, default: 200 }),
  PROCTOR_STREAMS_PER_CALLER: integerVar({ min: 1, max: 1_000_000, default: 250 }),
  PROCTOR_MAX_STREAMS: integerVar({ min: 1, max: 1_000_000, default: 2_500 }),
  PROCTOR_CONNECTIONS_PER_ADDRESS: integerVar({ min: 10, max: 1_000_000, default: 1_000 }),
  PROCTOR_MAX_CONNECTIONS: integerVar({ min: 10, max: 1_000_000, default: 5_000 }),
};

type LimitsEnv = { [Name in keyof typeof limitsVars]: z.output<(typeof limitsVars)[Name]> };

export function limitsOf(env: LimitsEnv) {
  return {
    rates: {
      requests: { perSecond: env.PROCTOR_REQUESTS_PER_SECOND, burst: env.PROCTOR_REQUESTS_BURST },
      costly: {
        perSecond: env.PROCTOR_COSTLY_REQUESTS_PER_SECOND,
        burst: env.PROCTOR_COSTLY_REQUESTS_BURST,
      },
    },
    streams: { perClient: env.PROCTOR_STREAMS_PER_CALLER, inAll: env.PROCTOR_MAX_STREAMS },
    sockets: { perAddress: env.PROCTOR_CONNECTIONS_PER_ADDRESS, inAll: env.PROCTOR_MAX_CONNECTIONS },
    bodyBytes: BODY_BYTES,
  };
}
