import type { BroadcastChannels } from '../decide-recipients.js';
import type { Channel } from './channel.js';

export interface OpenChannel {
  channel: Channel;
  /** How many may be sent at once by one process. */
  concurrency: number;
}

/** Deliveries of one process to one host of a `callback_url` at a time: one that hangs must leave room for the others. */
export const CALLBACKS_PER_HOST = 3;

const PLUGIN_PREFIX = 'plugin:';

/** Every way out of this process, by the name that deliveries have for it. */
export class ChannelSet {
  constructor(private readonly channels: ReadonlyMap<string, OpenChannel>) {}

  static pluginName(name: string): string {
    return `${PLUGIN_PREFIX}${name}`;
  }

  get names(): string[] {
    return [...this.channels.keys()];
  }

  /** One of `names`. */
  get(name: string): OpenChannel {
    const channel = this.channels.get(name);
    if (!channel) throw new Error(`there is no channel ${name}`);
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
