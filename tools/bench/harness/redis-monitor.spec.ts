import { expect, it } from '@jest/globals';
import { senderOf } from './redis-monitor.js';

it.each([
  ['+OK', null],
  ['+1796063193.682624 [0 127.0.0.1:39442] "evalsha" "a"', 'client'],
  ['+1796063193.682624 [0 lua] "get" "a"', 'script'],
  ['+1796063193.682624 [3 [::1]:2] "set" "x" "+1 [0 lua]"', 'client'],
])('knows who sent %s', (line, sender) => {
  expect(senderOf(line)).toBe(sender);
});
