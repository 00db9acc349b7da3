const FORMATS = new Map<string, Intl.DateTimeFormat | null>();

/**
 * An instant in a time zone, to the second and with its offset: `2026-01-31T11:00:00+01:00`. In UTC if this machine does
 * not know the zone.
 */
export function timeIn(timeZone: string, instant: string): string {
  const date = new Date(instant);
  const format = formatOf(timeZone);
  if (format === null || Number.isNaN(date.getTime())) return instant.replace(/\.\d+/, '');
  const parts = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  const { year = '', month, day, hour, minute, second, timeZoneName = '' } = parts;
  // For UTC, some versions of ICU write no offset, others one of zero.
  const offset = timeZoneName.replace('GMT', '').replace('\u2212', '-').replace('+00:00', '') || 'Z';
  return `${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}${offset}`;
}

/** Null: this machine does not know the zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  const known = FORMATS.get(timeZone);
  if (known !== undefined) return known;
  const format = createFormat(timeZone);
  FORMATS.set(timeZone, format);
  return format;
}

function createFormat(timeZone: string): Intl.DateTimeFormat | null {
  const twoDigits = '2-digit';
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: twoDigits, day: twoDigits },
      ...{ hour: twoDigits, minute: twoDigits, second: twoDigits, timeZoneName: 'longOffset' },
    });
  } catch {
    return null;
  }
}

/** The named time zone if this machine knows it, else the machine's own. */
export function findTimeZone(name: string | undefined): string {
  return name && formatOf(name) !== null ? name : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
