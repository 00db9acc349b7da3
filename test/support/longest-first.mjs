import Sequencer from '@jest/test-sequencer';

/** Specs that take half a minute or more, the longest first: one that starts last would run alone at the end. */
const LONGEST = [
  'scheduler/schedules',
  'executor-worker/failures',
  'cli/cli',
  'executor-worker/execution',
  'notifier/notifier',
  'executor-worker/concurrency',
  'executor-worker/cancel',
  'database/history-plans',
  'tools/chaos-checker',
  'notifier/channels',
  'executor-worker/waiting',
  'executor-worker/contract-variables',
  'queue/queue-failures',
  'tools/limits',
  'notifier/tls',
  'gateway/route-access',
  'kubernetes/kube-sandbox',
  'kubernetes/runner',
  'gateway/outages',
  'database/plans',
  'gateway/auth-plugins',
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
