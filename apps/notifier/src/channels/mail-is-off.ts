import type { Channel, SendOutcome } from './channel.js';

/** Fails mails at once and visibly: waiting, they would all go out on the day that a server is configured. */
export class MailIsOff implements Channel {
  async send(): Promise<SendOutcome> {
    return {
      kind: 'refused',
      reason: 'mail is off: PROCTOR_MAIL_SERVER_HOST is not set; set it, then send this again',
    };
  }
}
