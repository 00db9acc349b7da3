import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { AppError } from '@app/domain';

/**
 * Reads a file that the user named: also a pipe such as `<(…)`, or a device. Throws `too_large` as soon as there are more
 * than `maxBytes`, so that an endless one cannot fill the memory, and the file system's error if it cannot be read.
 */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY);
  try {
    return await readAtMost(file, path, maxBytes);
  } finally {
    await file.close();
  }
}

/**
 * Reads a file that was found in `folder`, not named by the user: only a regular one whose content lies in the folder, so
 * that a link which someone put there gives away no other file. Throws `malformed_request` for any other.
 */
export async function readWithin(folder: string, path: string, maxBytes: number): Promise<Buffer> {
  const [root, target] = [await realpath(folder), await realpath(path)];
  if (!target.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
    throw new AppError(
      'malformed_request',
      `Cannot read ${path}: it is a link to a file outside ${folder}.`,
      {
        hint: 'Remove the link, or name the file itself with -f.',
      },
    );
  }
  // Without O_NONBLOCK, opening a pipe waits for its writer; without O_NOFOLLOW, a link could replace the file just now.
  const file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    if (!(await file.stat()).isFile())
      throw new AppError('malformed_request', `Cannot read ${path}: it is no regular file.`, {
        hint: 'Remove it from the folder.',
      });
    return await readAtMost(file, path, maxBytes);
  } finally {
    await file.close();
  }
}

async function readAtMost(file: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(64 * 1024), position: null });
    if (bytesRead === 0) return Buffer.concat(chunks);
    bytes += bytesRead;
    if (bytes > maxBytes) throw new AppError('too_large', `${path} is larger than ${maxBytes} bytes.`);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
