import Sequencer from '@jest/test-sequencer';

/** Specs that take half a minute or more, the longest first: one that starts last would run alone at the end. */
const LONGEST = [
  'scheduler/schedules',
  'executor-worker/failures',
  'cli/cli',
  'notifier/notifier',
  'tools/chaos',
  'tools/chaos-checker',
  'executor-worker/execution',
  'database/history-plans',
  'gateway/route-access',
  'executor-worker/other-containers',
  'bounds/execution-bounds',
  'tools/fuzz',
  'executor-worker/contract-variables',
  'executor-worker/concurrency',
  'executor-worker/waiting',
  'notifier/channels',
  'notifier/tls',
  'start/dev-stack',
  'kubernetes/runner',
  'database/tls',
  'executor-worker/cancel',
  'gateway/health-under-attack',
  'tools/limits',
  'queue/queue',
  'queue/queue-failures',
  'gateway/audit-chain',
  'kubernetes/kube-sandbox',
  'database/audit-chain',
  'gateway/token-scopes',
  'database/errors',
  'gateway/outages',
  'scheduler/sweep',
  'gateway/schedules',
  'gateway/auth-plugins',
  'database/plans',
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
