import { postJson, signBody, type Outbound } from '@app/outbound';
import { renderWebhook } from '../message/render-webhook.js';
import type { AllowedTargets } from '../outbound/check-address.js';
import { RefusedTargetError, resolveTarget } from '../outbound/resolve-target.js';
import { CONNECT_TIMEOUT_MS, type Channel, type OutgoingDelivery, type SendOutcome } from './channel.js';
import { classifyAnswer } from './classify-answer.js';

export interface WebhookContext {
  /** Signs each body; null: sends without a signature. */
  secret: string | null;
  publicUrl: string | null;
  outbound: Outbound;
  /** The idempotency key of a delivery; the same for each attempt. */
  keyOf: (deliveryId: number) => string;
  /** Where requests may go; null: anywhere, because the operator chose the address. */
  allowed: AllowedTargets | null;
}

/** Where a delivery goes, or why it cannot go there now. */
export type UrlOf = (
  delivery: OutgoingDelivery,
) => { url: string } | Extract<SendOutcome, { reason: string }>;

/** Posts events as signed JSON to the operator's address, or to the `callback_url` of an execution. */
export class WebhookChannel implements Channel {
  constructor(
    private readonly urlOf: UrlOf,
    private readonly context: WebhookContext,
  ) {}

  async send(delivery: OutgoingDelivery, signal: AbortSignal): Promise<SendOutcome> {
    const { secret, publicUrl, outbound, keyOf, allowed } = this.context;
    const isProxied = (url: URL) => outbound.isProxied(url);
    const to = this.urlOf(delivery);
    if (!('url' in to)) return to;
    try {
      const target = await resolveTarget(to.url, { allowed, signal, isProxied });
      const body = renderWebhook(delivery.event, delivery, publicUrl);
      const headers = {
        'proctor-delivery': String(delivery.id),
        'idempotency-key': keyOf(delivery.id),
        ...(secret !== null && { 'proctor-signature': signBody(secret, body, Date.now()) }),
      };
      return classifyAnswer(
        await postJson({ outbound, target, body, headers, connectTimeoutMs: CONNECT_TIMEOUT_MS, signal }),
      );
    } catch (error) {
      if (error instanceof RefusedTargetError) return { kind: 'refused', reason: error.message };
      throw error;
    }
  }
}
