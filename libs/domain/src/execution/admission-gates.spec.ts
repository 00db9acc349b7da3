import { describe, expect, it } from '@jest/globals';
import { ADMISSION_GATES, GATE_NAMES, gateNamed, gatesOf } from './admission-gates.js';
import { ORIGIN_KINDS, type OriginKind } from './execution-origin.js';

describe('the gates of admission', () => {
  it('stand in one order, each once', () => {
    expect(GATE_NAMES).toEqual(['overlap', 'share', 'slot']);
    expect(new Set(GATE_NAMES).size).toBe(ADMISSION_GATES.length);
  });

  it.each<[OriginKind, string[]]>([
    ['person', ['share', 'slot']],
    ['rerun', ['share', 'slot']],
    ['schedule', ['overlap', 'share', 'slot']],
  ])('an execution of origin %s passes %j', (origin, names) => {
    expect(gatesOf(origin).map(({ name }) => name)).toEqual(names);
  });

  it('each apply to an origin that exists, and can be found by name', () => {
    for (const gate of ADMISSION_GATES) {
      expect(gate.appliesTo.length).toBeGreaterThan(0);
      expect(ORIGIN_KINDS).toEqual(expect.arrayContaining([...gate.appliesTo]));
      expect(gateNamed(gate.name)).toBe(gate);
    }
  });

  it('tell a waiting user what they wait for, in half a sentence', () => {
    for (const { waitsFor } of ADMISSION_GATES) expect(waitsFor).toMatch(/^[a-z][^.]* to end$/);
  });

  it('lock nothing before a gate that hides the later ones', () => {
    const hides = ADMISSION_GATES.map(({ hidesLaterGates }) => hidesLaterGates);
    expect(hides).toEqual([...hides].sort((a, b) => Number(b) - Number(a)));
  });
});
