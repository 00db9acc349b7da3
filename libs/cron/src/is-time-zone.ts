/**
 * True for a name that the IANA time zone database of this Node knows, such as `Europe/Berlin` or `UTC`, in any case.
 * An offset such as `+02:00` is none: it knows nothing of changes of the clock. Pure.
 */
export function isTimeZone(text: string): boolean {
  // Newer versions of Node take offsets for zones.
  if (!/^[a-z]/i.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
