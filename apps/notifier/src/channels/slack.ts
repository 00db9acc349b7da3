import { postJson, type Outbound } from '@app/outbound';
import { describeEvent } from '../message/notification-message.js';
import { renderSlack } from '../message/render-slack.js';
import { resolveTarget } from '../outbound/resolve-target.js';
import { CONNECT_TIMEOUT_MS, type Channel, type OutgoingDelivery, type SendOutcome } from './channel.js';
import { classifyAnswer } from './classify-answer.js';

/** Posts to the incoming webhook of one Slack channel. Slack has no idempotency keys: a retry may show twice. */
export class SlackChannel implements Channel {
  constructor(
    private readonly url: string,
    private readonly publicUrl: string | null,
    private readonly outbound: Outbound,
  ) {}

  async send({ event }: OutgoingDelivery, signal: AbortSignal): Promise<SendOutcome> {
    const { outbound } = this;
    const isProxied = (url: URL) => outbound.isProxied(url);
    const target = await resolveTarget(this.url, { allowed: null, signal, isProxied });
    const body = JSON.stringify(renderSlack(describeEvent(event, [], this.publicUrl)));
    return classifyAnswer(
      await postJson({ outbound, target, body, headers: {}, connectTimeoutMs: CONNECT_TIMEOUT_MS, signal }),
    );
  }
}
