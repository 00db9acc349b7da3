import type { BroadcastChannels } from '../decide-recipients.js';
import type { Channel } from './channel.js';

export interface OpenChannel {
  channel: Channel;
  /** How many deliveries one process may send at a time. */
  concurrency: number;
}

/** Concurrent deliveries of one process to one `callback_url` host, so that a host that hangs leaves room for others. */
export const CALLBACKS_PER_HOST = 3;

const PLUGIN_PREFIX = 'plugin:';

/** The channels of this process, by the name deliveries use. */
export class ChannelSet {
  constructor(private readonly channels: ReadonlyMap<string, OpenChannel>) {}

  static pluginName(name: string): string {
    return `${PLUGIN_PREFIX}${name}`;
  }

  get names(): string[] {
    return [...this.channels.keys()];
  }

  /** @param name one of `names` */
  get(name: string): OpenChannel {
    const channel = this.channels.get(name);
    if (!channel) throw new Error(`channel ${name} does not exist`);
    return channel;
  }

  get broadcast(): BroadcastChannels {
    return {
      slack: this.channels.has('slack'),
      webhook: this.channels.has('webhook'),
      plugins: this.names.filter((name) => name.startsWith(PLUGIN_PREFIX)),
    };
  }
}
