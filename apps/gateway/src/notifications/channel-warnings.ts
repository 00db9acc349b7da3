/** Says which channels are off, from what the notifier has stored when it started. */
export class ChannelWarnings {
  /** @param readOpen null: not known yet */
  constructor(private readonly readOpen: () => Promise<readonly string[] | null>) {}

  /** A part of a reply: one sentence if nothing is sent over this channel, else nothing. Never throws. */
  async of(channel: string): Promise<{ warnings?: string[] }> {
    // The change is made by now; a database that fails here must not turn it into an error.
    const open = await this.readOpen().catch(() => null);
    if (open === null || open.includes(channel) || channel === 'callback') return {};
    return {
      warnings: [channel === 'mail' ? MAIL_IS_OFF : `${channel} is off: the notifier is not set up for it.`],
    };
  }
}

const MAIL_IS_OFF =
  'Email is off: no mail server is set up. Nothing is sent until an operator sets PROCTOR_MAIL_SERVER_HOST for the notifier.';
