import type { NotificationPlugin } from '@app/plugins';
import { toPluginEvent } from '../message/to-plugin-event.js';
import type { Channel, OutgoingDelivery, SendOutcome } from './channel.js';

/** Notifies a plugin. A plugin that throws or hangs is retried like any other channel. */
export class PluginChannel implements Channel {
  constructor(private readonly plugin: NotificationPlugin) {}

  async send({ event }: OutgoingDelivery): Promise<SendOutcome> {
    if (event.execution === null) return { kind: 'refused', reason: 'the event is not about an execution' };
    await this.plugin.onNotify(toPluginEvent(event.execution));
    return { kind: 'sent' };
  }
}
