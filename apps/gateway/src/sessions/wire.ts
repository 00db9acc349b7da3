import type { BrowserSessionsStore } from '@app/database';
import type { Access } from '../authentication/access.js';
import type { OriginCheck } from '../authentication/origin-check.js';
import type { GatewaySettings } from '../env.js';
import { SessionsController } from './sessions.controller.js';
import { SignBrowserIn, type SignBrowserInDependencies } from './sign-browser-in.js';

export interface SessionsDependencies extends Omit<
  SignBrowserInDependencies,
  'isAuthenticationOn' | 'maxSeconds'
> {
  settings: Pick<GatewaySettings, 'access' | 'publicOrigin' | 'sessions'>;
  sessions: BrowserSessionsStore;
  access: Access;
  originCheck: OriginCheck;
}

/** Browsers in which people are signed in. */
export function wireSessions({ settings, access, originCheck, ...rest }: SessionsDependencies) {
  const { isAuthenticationOn } = settings.access;
  const { maxSeconds } = settings.sessions;
  const signIn = new SignBrowserIn({ ...rest, isAuthenticationOn, maxSeconds });
  const { publicOrigin } = settings;
  return {
    controllers: [
      new SessionsController({ sessions: rest.sessions, signIn, access, originCheck, publicOrigin }),
    ],
  };
}
