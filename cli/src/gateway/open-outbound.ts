import { AppError } from '@app/domain';
import { Outbound, readOutboundSettings } from '@app/outbound';

/** Throws `malformed_request` naming every variable that is wrong. */
export function openOutbound(env: Readonly<Record<string, string | undefined>>): Outbound {
  const { settings, problems } = readOutboundSettings(env);
  if (problems.length === 0) return new Outbound(settings);
  throw new AppError('malformed_request', 'The settings for connections are invalid.', {
    hint: 'Correct the environment variable. PROCTOR_CA_FILE may also stand in the configuration: `proctor config show`.',
    details: problems.map(({ variable, expected, found }) => ({
      field: variable,
      message: `expected ${expected}, but it is ${found}`,
    })),
  });
}
