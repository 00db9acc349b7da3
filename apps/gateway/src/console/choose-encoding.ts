import type { Asset } from './console-files.js';

interface EncodedBody {
  /** Null: as it is. */
  encoding: 'br' | 'gzip' | null;
  body: Buffer;
}

/** The smallest form of an asset that the client accepts. */
export function chooseEncoding({ plain, br, gzip }: Asset, acceptEncoding: string | undefined): EncodedBody {
  const accepted = new Set(
    (acceptEncoding ?? '')
      .toLowerCase()
      .split(',')
      .map((item) => item.trim())
      .filter((item) => !/;\s*q=0(\.0*)?$/.test(item))
      .map((item) => item.split(';', 1)[0]?.trim() ?? ''),
  );
  if (br && accepted.has('br')) return { encoding: 'br', body: br };
  if (gzip && accepted.has('gzip')) return { encoding: 'gzip', body: gzip };
  return { encoding: null, body: plain };
}
