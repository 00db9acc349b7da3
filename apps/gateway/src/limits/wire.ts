import type { AuthGuard } from '../authentication/auth.guard.js';
import type { GatewaySettings } from '../env.js';
import { AdmitRequests } from './admit-requests.js';
import { OpenSlots } from './open-slots.js';
import { OpenSockets } from './open-sockets.js';
import { RateLimits } from './rate-limits.js';

export interface LimitsDependencies {
  settings: Pick<GatewaySettings, 'access' | 'limits' | 'trustProxy'>;
  guard: AuthGuard;
}

/** Bounds what one client, and all of them, can make the gateway do and hold. */
export function wireLimits({ settings, guard }: LimitsDependencies) {
  const { rates, streams, sockets, bodyBytes } = settings.limits;
  const { isAuthenticationOn } = settings.access;
  const perAddress = settings.trustProxy === false ? sockets.perAddress : null;
  const openSockets = new OpenSockets({ inAll: sockets.inAll, perAddress });
  return {
    sockets: openSockets,
    bodies: new OpenSlots('bytes of requests', bodyBytes),
    admitRequests: new AdmitRequests({
      guard,
      rates: new RateLimits(rates),
      streams: new OpenSlots('open streams', streams),
      sockets: openSockets,
      isAuthenticationOn,
    }),
  };
}
