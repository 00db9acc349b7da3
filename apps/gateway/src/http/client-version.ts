/** The version in `Client-Version`: `v2.0.8`, or without the `v`, with fewer numbers, or with a suffix. */
export interface ClientVersion {
  numbers: readonly number[];
  /** `rc.1` in `v2.1.0-rc.1`, which is older than `v2.1.0`; null: none. */
  preRelease: string | null;
}

const VERSION = /^v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:-([0-9A-Za-z.-]{1,64}))?(?:\+[0-9A-Za-z.-]{1,64})?$/;

/** @returns undefined if it is not a version */
export function parseClientVersion(text: string): ClientVersion | undefined {
  const match = VERSION.exec(text);
  if (!match?.[1]) return undefined;
  return { numbers: match[1].split('.').map(Number), preRelease: match[2] ?? null };
}

export function isOlder(version: ClientVersion, than: ClientVersion): boolean {
  for (let index = 0; index < 4; index++) {
    const difference = (version.numbers[index] ?? 0) - (than.numbers[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  if (version.preRelease === than.preRelease) return false;
  if (version.preRelease === null || than.preRelease === null) return version.preRelease !== null;
  return comparePreReleases(version.preRelease.split('.'), than.preRelease.split('.')) < 0;
}

/** https://semver.org, 11.4: numbers by value and before words, words by character, a shorter list first. */
function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = comparePart(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function comparePart(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return Number(a) - Number(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}
