import type { NotificationPlugin } from '@app/plugins';
import { toPluginEvent } from '../message/to-plugin-event.js';
import type { Channel, OutgoingDelivery, SendOutcome } from './channel.js';

/** Tells an operator's own plugin; one that throws or hangs is told again, as the others are. */
export class PluginChannel implements Channel {
  constructor(private readonly plugin: NotificationPlugin) {}

  async send({ event }: OutgoingDelivery): Promise<SendOutcome> {
    if (event.execution === null) return { kind: 'refused', reason: 'the event is of no execution' };
    await this.plugin.onNotify(toPluginEvent(event.execution));
    return { kind: 'sent' };
  }
}
