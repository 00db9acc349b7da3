import Sequencer from '@jest/test-sequencer';

/** Those that take a minute and more, the longest first: begun last, one would run alone at the end. */
const LONGEST = [
  'scheduler/schedules',
  'executor-worker/failures',
  'cli/cli',
  'database/history-plans',
  'notifier/notifier',
  'tools/chaos-checker',
  'gateway/properties',
  'executor-worker/contract-variables',
  'notifier/channels',
  'gateway/route-access',
  'notifier/tls',
  'executor-worker/cancel',
  'executor-worker/concurrency',
  'executor-worker/execution',
].map((name) => `/test/${name}.spec.ts`);

/** Jest knows how long a spec takes only where it ran before; otherwise it goes by the sizes of the files. */
export default class LongestFirst extends Sequencer {
  /** @param {import('@jest/test-result').Test[]} tests */
  sort(tests) {
    const rankOf = ({ path }) => {
      const rank = LONGEST.findIndex((name) => path.replaceAll('\\', '/').endsWith(name));
      return rank === -1 ? LONGEST.length : rank;
    };
    return [...super.sort(tests)].sort((a, b) => rankOf(a) - rankOf(b));
  }
}
