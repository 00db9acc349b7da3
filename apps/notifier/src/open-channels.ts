import type { NotificationOutboxStore, SecretsStore } from '@app/database';
import { Outbound } from '@app/outbound';
import { loadNotificationPlugin, type PluginEnv } from '@app/plugins';
import { callbackUrlOf } from './channels/callback-url.js';
import { ChannelSet, type OpenChannel } from './channels/channel-set.js';
import { MailDisabled } from './channels/mail-disabled.js';
import { MailChannel } from './channels/mail.js';
import { PluginChannel } from './channels/plugin.js';
import { SlackChannel } from './channels/slack.js';
import { WebhookChannel } from './channels/webhook.js';
import { findRecipientProblem } from './check-recipient.js';
import type { NotifierEnv } from './env.js';

/** How many deliveries one process sends at a time, by channel. */
const CONCURRENCY = { mail: 5, slack: 1, webhook: 5, callback: 20, plugin: 5 };

export interface OpenChannelsOptions {
  env: NotifierEnv;
  installationId: string;
  outbox: NotificationOutboxStore;
  /** Opens callback URLs; null: the notifier has no key. */
  secrets: Pick<SecretsStore, 'openCallback'> | null;
  /** The environment plugins read their settings from. */
  pluginEnv: PluginEnv;
  baseFolder: string;
}

/** Opens every configured channel. @throws PluginError if a plugin cannot be loaded */
export async function openChannels(options: OpenChannelsOptions): Promise<ChannelSet> {
  const { env, installationId, outbox, secrets } = options;
  const { publicUrl, webhook, mail, slackUrl } = env;
  const outbound = new Outbound(env.outbound);
  const keyOf = (deliveryId: number) => `delivery-${deliveryId}.${installationId}`;
  const messageIdOf = (deliveryId: number) => `${keyOf(deliveryId)}@${env.keyDomain}`;
  const webhookContext = { secret: webhook.secret, publicUrl, outbound, keyOf };
  const callback = new WebhookChannel(callbackUrlOf(secrets), {
    ...webhookContext,
    allowed: env.outboundAllowed,
  });
  const channels = new Map<string, OpenChannel>([
    [
      'mail',
      {
        channel: mail
          ? new MailChannel(mail, {
              ...{ publicUrl, outbound, messageIdOf, logs: outbox },
              problemOf: (recipient, event) => findRecipientProblem(recipient, event, env.recipients, outbox),
            })
          : new MailDisabled(),
        concurrency: CONCURRENCY.mail,
      },
    ],
    ['callback', { channel: callback, concurrency: CONCURRENCY.callback }],
  ]);
  if (slackUrl !== null) {
    channels.set('slack', {
      channel: new SlackChannel(slackUrl, publicUrl, outbound),
      concurrency: CONCURRENCY.slack,
    });
  }
  if (webhook.url !== null) {
    const to = { url: webhook.url };
    const channel = new WebhookChannel(() => to, { ...webhookContext, allowed: null });
    channels.set('webhook', { channel, concurrency: CONCURRENCY.webhook });
  }
  for (const [name, channel] of await loadPlugins(options)) {
    channels.set(name, { channel, concurrency: CONCURRENCY.plugin });
  }
  return new ChannelSet(channels);
}

async function loadPlugins({
  env,
  pluginEnv,
  baseFolder,
}: OpenChannelsOptions): Promise<[string, PluginChannel][]> {
  const loaded: [string, PluginChannel][] = [];
  for (const { name, exported } of env.plugins) {
    const plugin = await loadNotificationPlugin({ name, exported, env: pluginEnv, baseFolder });
    const isNameUnique = env.plugins.filter((other) => other.name === name).length === 1;
    loaded.push([
      ChannelSet.pluginName(isNameUnique ? name : `${name}#${exported}`),
      new PluginChannel(plugin),
    ]);
  }
  return loaded;
}
