/** A proc that is to be executed again and again, with the same args. */
export interface Schedule {
  /** Unique, at most 2^53-1. */
  id: number;
  procName: string;
  /** Without those of type `secret`. */
  args: Readonly<Record<string, string>>;
  secretArgNames: readonly string[];
  /** Free text, comma-separated. */
  tags: string;
  /** As it was given: five fields, six with seconds first, or a name such as `@daily`. */
  cron: string;
  /** Each once, as it was given. */
  notificationEmails: readonly string[];
  /** Its owner. */
  userEmail: string;
  group: string;
  enabled: boolean;
  createdAt: Date;
  updatedAt: Date;
}
