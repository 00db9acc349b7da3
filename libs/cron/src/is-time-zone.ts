/**
 * Whether Node's IANA time zone database contains the name, such as `Europe/Berlin` or `UTC`, in any letter case. An
 * offset such as `+02:00` is not a time zone, because it has no daylight saving rules. Pure.
 */
export function isTimeZone(text: string): boolean {
  // Newer Node versions accept offsets as zones.
  if (!/^[a-z]/i.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
