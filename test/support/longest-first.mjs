import Sequencer from '@jest/test-sequencer';

/** Specs that take a minute or more, the longest first: one that starts last would run alone at the end. */
const LONGEST = [
  'cli/cli',
  'executor-worker/failures',
  'database/history-plans',
  'scheduler/schedules',
  'executor-worker/contract-variables',
  'notifier/notifier',
  'kubernetes/kube-sandbox',
  'tools/chaos-checker',
  'notifier/tls',
  'notifier/channels',
  'gateway/auth-plugins',
  'gateway/route-access',
  'gateway/properties',
  'scheduler/sweep',
  'cli/admin',
  'scheduler/schedules-firing',
  'executor-worker/cancel',
  'executor-worker/concurrency',
  'executor-worker/execution',
].map((name) => `/test/${name}.spec.ts`);

/** Jest knows how long a spec takes only after it ran on this machine; until then it sorts by file size. */
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
