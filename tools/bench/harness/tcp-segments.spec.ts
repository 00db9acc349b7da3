import { expect, it } from '@jest/globals';
import { segmentsBySocket } from './tcp-segments.js';

it('reads the sent segments of each socket, which idle ones do not have', () => {
  const lines = [
    'ESTAB 0      0          127.0.0.1:40000    127.0.0.1:5432  cubic wscale:7,7 segs_out:9 segs_in:8 data_segs_out:7 data_segs_in:5',
    'ESTAB 0      0          127.0.0.1:5432     127.0.0.1:40000 cubic wscale:7,7 segs_out:9 data_segs_out:5 data_segs_in:7',
    'ESTAB 0      0          127.0.0.1:5432     127.0.0.1:40001 cubic wscale:7,7 segs_out:1',
  ];
  expect(segmentsBySocket(`${lines.join('\n')}\n`)).toEqual([
    ['127.0.0.1:40000 127.0.0.1:5432', 7],
    ['127.0.0.1:5432 127.0.0.1:40000', 5],
  ]);
});
