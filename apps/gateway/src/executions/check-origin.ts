/**
 * True if a page of this origin may open a stream: a browser sends a user's cookies along with any page's WebSocket,
 * and asks nobody. Programs send no origin.
 * @param host as in the request's `Host`
 */
export function isOwnOrigin(
  origin: string | undefined,
  host: string | undefined,
  publicOrigin: string | null,
): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  return url.origin === publicOrigin || (host !== undefined && url.host === host.toLowerCase());
}
