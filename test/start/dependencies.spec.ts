import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkLock, type Lock } from '../../scripts/lib/check-lock.mjs';
import { onlyProduction } from '../../scripts/lib/create-sbom.mjs';
import { judgeAdvisories, parseAudit } from '../../scripts/lib/judge-advisories.mjs';

const PROJECT = join(import.meta.dirname, '..', '..');
const read = (file: string): unknown => JSON.parse(readFileSync(join(PROJECT, file), 'utf8'));
const integrity = 'sha512-x';

describe('the lock file', () => {
  it('of this project is as it must be, without @scarf/scarf', () => {
    const lock = read('package-lock.json') as Lock;
    expect(checkLock(read('package.json') as object, lock)).toEqual([]);
    const stub = lock.packages['node_modules/swagger-ui-dist/node_modules/@scarf/scarf'];
    expect(stub).toMatchObject({ name: 'empty-npm-package' });
    expect(Object.keys(lock.packages)).not.toContain('node_modules/@scarf/scarf');
  });

  it.each<[string, object, Lock['packages'], RegExp]>([
    ['a range', { dependencies: { a: '^1.0.0' } }, {}, /a must be pinned to one version, not \^1\.0\.0/],
    ['a range in an override', { overrides: { b: { a: '1.x' } } }, {}, /a must be pinned/],
    ['an address', { devDependencies: { a: 'git+https://x' } }, {}, /a must be pinned/],
    ['no integrity', {}, { 'node_modules/a': {} }, /node_modules\/a has no sha512 integrity/],
    ['a weak one', {}, { 'node_modules/a': { integrity: 'sha1-x' } }, /has no sha512 integrity/],
    ['a folder', {}, { 'node_modules/a': { integrity, link: true } }, /has no sha512 integrity/],
    [
      'a download host',
      {},
      { 'node_modules/a': { integrity, resolved: 'https://x/a.tgz' } },
      /names where to download it/,
    ],
    [
      'a new install script',
      {},
      { 'node_modules/b/node_modules/@a/a': { integrity, hasInstallScript: true } },
      /has an install script/,
    ],
  ])('is refused with %s', (_, manifest, packages, says) => {
    expect(checkLock(manifest, { packages })).toEqual([expect.stringMatching(says)]);
  });

  it('names no package whose install script npm would run', () => {
    const config = execFileSync('npm', ['config', 'get', 'ignore-scripts'], { cwd: PROJECT });
    expect(String(config).trim()).toBe('true');
    expect(readFileSync(join(PROJECT, 'Dockerfile'), 'utf8')).not.toMatch(
      /npm (ci|prune)(?!.*--ignore-scripts)/,
    );
  });
});

describe('advisories', () => {
  const via = { name: 'a', severity: 'high', title: 'Bad', url: 'https://x/GHSA-1', range: '<2' };
  const report = (vias: unknown[]) =>
    JSON.stringify({ auditReportVersion: 2, vulnerabilities: { a: { via: vias }, b: { via: ['a'] } } });
  const [high] = parseAudit(report([via])) ?? [];

  it('are read once each, and are unknown if the registry offers none', () => {
    expect(parseAudit(`npm warn x\n${report([via, via])}`)).toEqual([
      { id: 'GHSA-1', package: 'a', ...via, name: undefined },
    ]);
    expect(parseAudit(report([]))).toEqual([]);
    for (const output of ['', 'npm error', '{"message":"405 Method Not Allowed","error":{}}', '{"audit'])
      expect(parseAudit(output)).toBeNull();
  });

  it('fail if they are high or critical, unless an exception counts today', () => {
    const judge = (exceptions: { id: string; reason: string; until: string }[], severity = 'high') =>
      judgeAdvisories(high ? [{ ...high, severity }] : [], exceptions, '2026-11-30');
    const exception = { id: 'GHSA-1', reason: 'not reachable', until: '2026-11-30' };
    expect(judge([])).toEqual(['high: a <2: Bad (https://x/GHSA-1)']);
    expect(judge([], 'critical')).toHaveLength(1);
    expect(judge([], 'moderate')).toEqual([]);
    expect(judge([exception])).toEqual([]);
    expect(judge([{ ...exception, until: '2026-11-29' }])).toHaveLength(1);
    expect(judge([{ ...exception, reason: '' }])).toEqual([expect.stringContaining('needs a reason')]);
    expect(judge([exception, { ...exception, id: 'GHSA-2' }])).toEqual([
      expect.stringContaining('remove it'),
    ]);
  });
});

describe('the SBOM', () => {
  const component = (name: string) => ({ name, version: '1.0.0', 'bom-ref': `${name}@1.0.0` });
  const all = {
    metadata: { component: component('folder') },
    components: [component('a'), component('dev')],
    dependencies: [{ ref: 'a@1.0.0', dependsOn: ['dev@1.0.0'] }, { ref: 'dev@1.0.0' }],
  };
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/dev': { version: '1.0.0', dev: true },
    },
  };

  it('lists exactly the production packages', () => {
    expect(onlyProduction(all, lock)).toMatchObject({
      metadata: { component: { name: 'proctor' } },
      components: [component('a')],
      dependencies: [{ ref: 'a@1.0.0', dependsOn: [] }],
    });
    const more = { packages: { ...lock.packages, 'node_modules/b': { version: '2.0.0' } } };
    expect(() => onlyProduction(all, more)).toThrow('left out b@2.0.0');
  });
});
