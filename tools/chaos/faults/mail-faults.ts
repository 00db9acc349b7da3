import type { MailBehaviour, MailServer } from '../../../test/support/mail-server.js';
import { choose, type Inject } from './fault.js';

/** Behaviours may overlap; the latest active one applies. */
const behaviours = new WeakMap<MailServer, MailBehaviour[]>();
const absences = new WeakMap<MailServer, number>();

function misbehave(mail: MailServer, behaviour: MailBehaviour): () => void {
  const active = behaviours.get(mail) ?? [];
  behaviours.set(mail, active);
  const apply = () => (mail.behaviour = active.at(-1) ?? {});
  active.push(behaviour);
  apply();
  return () => {
    active.splice(active.indexOf(behaviour), 1);
    apply();
  };
}

export const MAIL_FAULTS = {
  // A temporary refusal: after a permanent one the email need not arrive.
  'mail refused': ({ world }, { how }) => {
    const at = choose(['rcpt', 'data', 'connect'] as const, how);
    return misbehave(world.mail, { refuse: { at, code: 451, text: 'try again later' } });
  },
  'mail hanging': ({ world }, { how }) =>
    misbehave(world.mail, how < 0.5 ? { isHanging: true } : { answerAfterMs: 30_000 }),
  'mail away': async ({ world: { mail } }) => {
    absences.set(mail, (absences.get(mail) ?? 0) + 1);
    await mail.close();
    return async () => {
      absences.set(mail, absences.get(mail)! - 1);
      if (absences.get(mail) === 0) await mail.open();
    };
  },
} satisfies Record<string, Inject>;
