import { expect, it } from '@jest/globals';
import { cutMarker, isCutMarker } from './cut-marker.js';

it.each([
  [cutMarker('10 MiB', '2.5 MiB'), true],
  ['[proctor: lines are missing here: the node is gone]', false],
  ['this log exceeds its limit', false],
])('%s is a cut marker: %s', (line, expected) => expect(isCutMarker(line)).toBe(expected));
