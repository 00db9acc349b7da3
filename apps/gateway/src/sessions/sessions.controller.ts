import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BodyOf, ReplyOf } from '@app/contract';
import type { BrowserSessionRecord, BrowserSessionsStore } from '@app/database';
import { toWhoAmIReply } from '../accounts/to-reply.js';
import type { Access } from '../authentication/access.js';
import { Call, type CallOf } from '../authentication/call.js';
import { readCredentials } from '../authentication/credentials.js';
import type { OriginCheck } from '../authentication/origin-check.js';
import { removedCookies, sessionCookie } from '../authentication/session-cookie.js';
import { ParsedBody } from '../http/parse-request.js';
import { Serves } from '../http/serves.js';
import { browserAddressOf, type PublicOrigin } from './browser-address.js';
import type { Browser, SignBrowserIn } from './sign-browser-in.js';

const MAX_USER_AGENT_LENGTH = 300;

export interface SessionsControllerDependencies {
  sessions: BrowserSessionsStore;
  signIn: SignBrowserIn;
  access: Access;
  originCheck: OriginCheck;
  publicOrigin: PublicOrigin;
}

@Controller()
export class SessionsController {
  constructor(private readonly dependencies: SessionsControllerDependencies) {}

  @Serves('createSession')
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @ParsedBody() body: BodyOf<'createSession'>,
  ): Promise<ReplyOf<'createSession'>> {
    const { signIn, access, originCheck, publicOrigin } = this.dependencies;
    const browser = browserOf(request);
    originCheck.checkPage(request, browser.secret !== null);
    const address = browserAddressOf(request, publicOrigin);
    const { user, session } = await signIn.open(body, browser);
    void reply.header('set-cookie', sessionCookie(session.secret, address));
    return { ...toWhoAmIReply(await access.requesterOf(user)), session: toReply(session) };
  }

  @Serves('listSessions')
  async list(@Call() { caller }: CallOf<'listSessions'>): Promise<ReplyOf<'listSessions'>> {
    const sessions = await this.dependencies.sessions.list(caller.user.email);
    return {
      sessions: sessions.map((session) => ({
        ...toReply(session),
        last_seen_at: session.lastSeenAt.toISOString(),
        ...(session.address !== null && { address: session.address }),
        user_agent: session.userAgent,
        is_current: session.id === caller.sessionId,
      })),
    };
  }

  @Serves('endOwnSession')
  async endOwn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { signIn, originCheck } = this.dependencies;
    const browser = browserOf(request);
    originCheck.checkPage(request, browser.secret !== null);
    await signIn.close(browser);
    void reply.header('set-cookie', removedCookies());
  }

  @Serves('endSession')
  async end(@Call() { caller, params }: CallOf<'endSession'>): Promise<void> {
    await this.dependencies.signIn.endOf(caller, params.id);
  }
}

function browserOf(request: FastifyRequest): Browser {
  const credentials = readCredentials(request.raw.headersDistinct);
  return {
    address: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT_LENGTH),
    secret: credentials && 'session' in credentials ? credentials.session : null,
  };
}

function toReply({ id, createdAt, expiresAt }: BrowserSessionRecord) {
  return { id, created_at: createdAt.toISOString(), expires_at: expiresAt.toISOString() };
}
