/** One target of an event. */
export interface Recipient {
  channel: string;
  /** An address, or the origin of a callback's URL; empty where the channel has one target only. */
  recipient: string;
  /** Of an email: whose quota it counts toward. */
  owner?: string;
}
