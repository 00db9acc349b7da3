import type { NotificationPreferencesStore } from '@app/database';
import { AppError, describeChanges, isMailAllowed, type NotifyEvent, type User } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';
import type { MailRules } from '../schedules/check-mail.js';

/** Which events a user gets email about, of executions that they start themselves. */
export class NotifyPreference {
  constructor(
    private readonly preferences: NotificationPreferencesStore,
    private readonly rules: Pick<MailRules, 'domains'>,
    private readonly audit: AuditTrail,
  ) {}

  async get({ email }: Pick<User, 'email'>): Promise<NotifyEvent[]> {
    return this.preferences.get(email);
  }

  /** Replaces the previous choice. May be repeated. @throws AppError `conflict` if the user has no email address */
  async set(notifyOn: readonly NotifyEvent[], { user, address }: Caller): Promise<NotifyEvent[]> {
    if (!user.email.includes('@')) throw noAddress(user.email);
    if (notifyOn.length > 0 && !isMailAllowed(user.email, this.rules.domains)) throw notAllowed(user.email);
    const entry = {
      actor: user.email,
      action: 'setNotifyPreference',
      subject: user.email,
      address,
      details: {
        notifyOn: notifyOn.join(' '),
        changes: describeChanges({ notifyOn: await this.get(user) }, { notifyOn }),
      },
    };
    await this.audit.recordChange(entry, () => this.preferences.set(user.email, notifyOn));
    return this.preferences.get(user.email);
  }
}

function notAllowed(email: string): AppError {
  return new AppError('malformed_request', `Cannot send email to ${JSON.stringify(email)}.`, {
    hint: 'Its domain is not in PROCTOR_MAIL_ALLOWED_DOMAINS. Ask an operator to add it.',
  });
}

function noAddress(email: string): AppError {
  return new AppError(
    'conflict',
    `Cannot send email to ${JSON.stringify(email)}: it is not an email address.`,
    {
      hint: 'Sign in with an email address.',
    },
  );
}
