import { describe, expect, it } from '@jest/globals';
import { parseFieldSelector } from './field-selector.js';
import type { AnyObject } from './kube-object.js';

const pod = {
  metadata: { name: 'p', namespace: 'ns' },
  status: { phase: 'Running' },
} as unknown as AnyObject;

describe('parseFieldSelector', () => {
  it.each([
    ['', true],
    ['metadata.name=p', true],
    ['metadata.name==q', false],
    ['status.phase!=Running', false],
    ['metadata.namespace=ns,status.phase=Running', true],
    ['spec.nodeName=', true],
  ])('%j: %s', (text, matches) => {
    expect(parseFieldSelector('pods', text)(pod)).toBe(matches);
  });

  it('refuses a field that is not selectable for the resource', () => {
    expect(() => parseFieldSelector('pods', 'spec.containers=x')).toThrow(
      'field label not supported: spec.containers',
    );
    expect(() => parseFieldSelector('pods', 'metadata.name')).toThrow("can't understand 'metadata.name'");
  });
});
