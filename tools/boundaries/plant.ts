import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const projectDir = join(import.meta.dirname, '../..');

/** An import that a rule refused. */
export interface Refusal {
  rule: string;
  from: string;
  /** The file that the import leads to; for a package, its name. */
  to: string;
}

/**
 * Writes a tree of files that import each other and runs the boundary rules over it, with the packages, the package.json
 * and the tsconfig of this repository.
 * @param files path of each file → its text
 */
export function refusalsIn(files: ReadonlyMap<string, string>): Refusal[] {
  const dir = mkdtempSync(join(tmpdir(), 'proctor-boundaries-'));
  try {
    for (const copied of [
      'package.json',
      'tsconfig.json',
      '.dependency-cruiser.mjs',
      'tools/boundaries/tables.mjs',
    ]) {
      cpSync(join(projectDir, copied), join(dir, copied), { recursive: true });
    }
    symlinkSync(join(projectDir, 'node_modules'), join(dir, 'node_modules'));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    return cruise(dir, [...new Set([...files.keys()].map((path) => path.split('/')[0]!))]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

interface CruiseResult {
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
}

function cruise(cwd: string, roots: string[]): Refusal[] {
  const program = join(projectDir, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [program, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...roots];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (!stdout.startsWith('{')) throw new Error(stderr || stdout);
  const { summary } = JSON.parse(stdout) as CruiseResult;
  return summary.violations.map(({ from, to, rule }) => ({
    rule: rule.name,
    from,
    to: /node_modules\/((@[^/]+\/)?[^/]+)/.exec(to)?.[1] ?? to,
  }));
}
