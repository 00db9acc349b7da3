import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { renderJobs } from './render-jobs.js';

const NOT_ASKED =
  '# The quota and admission of pods were not asked, nor webhooks that do not support a dry run.';
const manifest = { kind: 'Job', spec: { hidden: 'a\u001b[2Jb', text: 'two\nlines' } };

describe('renderJobs', () => {
  it('writes YAML documents, after comments of one line, harmless for a terminal', () => {
    const text = renderJobs([
      { proc: 'one', outcome: 'accepted', message: '', warnings: ['old\nfield: x\u001b[2J'], manifest },
      { proc: 'two', outcome: 'refused', message: 'no team', warnings: [], manifest },
      { proc: 'three', outcome: 'unknown', message: 'away', warnings: [], manifest },
      { proc: 'four', outcome: 'no_worker', message: 'Start one.', warnings: [] },
    ]);
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# one: The cluster would accept this Job.',
      '# Warning: old field: x',
      NOT_ASKED,
      '# two: The cluster would refuse this Job: no team',
      NOT_ASKED,
      '# three: Whether the cluster would accept this Job is unknown: away',
      NOT_ASKED,
      '# four: The Job is not shown: Start one.',
    ]);
    expect(text).not.toContain('\u001b');
    expect(parseAllDocuments(text)).toHaveLength(4);
    expect(parseAllDocuments(text)[1]?.toJSON()).toEqual(manifest);
  });

  it('writes nothing without Jobs', () => {
    expect(renderJobs([])).toBe('');
  });
});
