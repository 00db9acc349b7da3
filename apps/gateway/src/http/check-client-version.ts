import { CLIENT_VERSION_HEADER } from '@app/contract';
import { AppError } from '@app/domain';
import { isOlder, parseClientVersion, type ClientVersion } from './client-version.js';

/** @throws AppError `malformed_request` if `text` is not a version, `outdated_client` if it is older than `oldest` */
export function checkClientVersion(text: string | undefined, oldest: ClientVersion | null): void {
  if (text === undefined || text === '') return;
  const version = parseClientVersion(text);
  if (!version) {
    throw new AppError('malformed_request', `${CLIENT_VERSION_HEADER} must be a version such as v2.0.8.`);
  }
  if (oldest === null || !isOlder(version, oldest)) return;
  throw new AppError(
    'outdated_client',
    `Your Proctor client is using an outdated version: ${text}. To continue using proctor, please upgrade to latest version.`,
  );
}
