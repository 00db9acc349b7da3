import type { Channel, SendOutcome } from './channel.js';

/** Fails mails at once and visibly. If they waited, all of them would be sent once a mail server is configured. */
export class MailDisabled implements Channel {
  async send(): Promise<SendOutcome> {
    return {
      kind: 'refused',
      reason: 'email is off: set PROCTOR_MAIL_SERVER_HOST, then resend this notification',
    };
  }
}
