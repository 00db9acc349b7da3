import { describeChanges, type Changes, type Schedule } from '@app/domain';
import { HIDDEN_VALUE } from '@app/contract';
import { toScheduleReply } from './to-reply.js';

const SET_AGAIN = `${HIDDEN_VALUE} (set again)`;

/**
 * What the audit trail says of a change of a schedule. Values of secret args are hidden.
 * @param areArgsSet whether the request replaced all args, including the secret ones
 */
export function describeScheduleChanges(
  before: Schedule | null,
  after: Schedule,
  areArgsSet: boolean,
): Changes {
  const { args, ...fields } = changeable(after);
  const setAgain = areArgsSet
    ? after.secretArgNames.filter((name) => before?.secretArgNames.includes(name))
    : [];
  const shown = { ...args, ...Object.fromEntries(setAgain.map((name) => [name, SET_AGAIN])) };
  return describeChanges(before && changeable(before), { ...fields, args: shown });
}

function changeable(schedule: Schedule) {
  const { updatedAt: _, nextFireAt: __, ...fields } = toScheduleReply(schedule);
  return fields;
}
