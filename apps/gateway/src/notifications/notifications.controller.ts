import { Controller } from '@nestjs/common';
import type { ReplyOf } from '@app/contract';
import type { NotificationsStore } from '@app/database';
import { Call, type CallOf } from '../authentication/call.js';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { toIdNumber, toPage } from '../http/page.js';
import { Serves } from '../http/serves.js';
import type { ChannelWarnings } from './channel-warnings.js';
import type { NotifyPreference } from './notify-preference.js';
import type { ResendNotification } from './resend-notification.js';
import { toNotificationReply } from './to-reply.js';

@Controller()
export class NotificationsController {
  constructor(
    private readonly notifications: NotificationsStore,
    private readonly resendNotification: ResendNotification,
    private readonly preference: NotifyPreference,
    private readonly warnings: ChannelWarnings,
  ) {}

  @Serves('listNotifications')
  async list(@Call() { query }: CallOf<'listNotifications'>): Promise<ReplyOf<'listNotifications'>> {
    const { state, channel, execution, limit, cursor } = query;
    const deliveries = await this.notifications.list(
      {
        ...(state !== undefined && { state }),
        ...(channel !== undefined && { channel }),
        ...(execution !== undefined && { executionId: toIdNumber(execution) }),
      },
      { before: cursor === undefined ? null : toIdNumber(cursor), limit },
    );
    return {
      notifications: deliveries.map(toNotificationReply),
      ...toPage(deliveries, limit, ({ id }) => String(id)),
    };
  }

  @Serves('resendNotification')
  async resend(
    @Call() { caller, params }: CallOf<'resendNotification'>,
  ): Promise<ReplyOf<'resendNotification'>> {
    const delivery = await this.resendNotification.resend(params.id, caller);
    return { ...toNotificationReply(delivery), ...(await this.warnings.of(delivery.channel)) };
  }

  @Serves('getNotifyPreference')
  async getPreference(@CurrentCaller() caller: Caller): Promise<ReplyOf<'getNotifyPreference'>> {
    return { notify_on: await this.preference.get(caller.user) };
  }

  @Serves('setNotifyPreference')
  async setPreference(
    @Call() { caller, body }: CallOf<'setNotifyPreference'>,
  ): Promise<ReplyOf<'setNotifyPreference'>> {
    const chosen = await this.preference.set(body.notify_on, caller);
    return { notify_on: chosen, ...(chosen.length > 0 && (await this.warnings.of('mail'))) };
  }
}
