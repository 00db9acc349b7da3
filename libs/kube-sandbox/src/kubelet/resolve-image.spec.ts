import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folderNameOf, resolveImage } from './resolve-image.js';

describe('folderNameOf', () => {
  it.each([
    ['proctor/say-hello-world:1', 'say-hello-world'],
    ['say-hello-world', 'say-hello-world'],
    ['registry.example.com:5000/a/b/c_d.e:v1.2', 'c_d.e'],
    [`x/y@sha256:${'0'.repeat(64)}`, 'y'],
    ['localhost:5000/y:latest', 'y'],
  ])('%s → %s', (image, name) => {
    expect(folderNameOf(image)).toBe(name);
  });

  it.each(['', '..', 'a/..', '../x', 'a/../b', 'A', 'a b', 'a/', '/a', 'a:', '.hidden', 'a//b'])(
    'refuses %j',
    (image) => {
      expect(folderNameOf(image)).toBeNull();
    },
  );
});

describe('resolveImage', () => {
  let root: string;
  let procs: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'proctor-images-'));
    procs = join(root, 'procs');
    await mkdir(join(procs, 'good'), { recursive: true });
    await writeFile(join(procs, 'good/Dockerfile'), 'FROM scratch\nENTRYPOINT ["./run.sh"]\n');
    await mkdir(join(procs, 'empty'));
    await mkdir(join(procs, 'odd/Dockerfile'), { recursive: true });
    await writeFile(join(procs, 'file'), '');
    await symlink(root, join(procs, 'outside'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('finds a folder with a Dockerfile', async () => {
    expect(resolveImage('proctor/good:1', procs)).toMatchObject({
      kind: 'found',
      config: { entrypoint: ['./run.sh'] },
    });
  });

  it.each([
    ['proctor/none:1', 'the sandbox would run the folder procs/none, which does not exist'],
    ['proctor/empty:1', 'the sandbox runs the folder procs/empty, which has no Dockerfile'],
    ['proctor/file:1', 'the sandbox runs the folder procs/file, which has no Dockerfile'],
    ['proctor/odd:1', 'the sandbox runs the folder procs/odd, whose Dockerfile cannot be read: EISDIR'],
    ['proctor/outside:1', 'procs/outside leads out of procs, where the sandbox runs nothing'],
  ])('says why it cannot pull %s', async (image, why) => {
    const outcome = resolveImage(image, procs);
    expect(outcome.kind).toBe('missing');
    expect('message' in outcome && outcome.message).toMatch(
      /^rpc error: code = NotFound desc = .*: not found \(/,
    );
    expect('message' in outcome && outcome.message).toContain(`(${why})`);
  });
});
