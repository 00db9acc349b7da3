/**
 * @typedef {{ id: string, package: string, severity: string, title: string, url: string, range: string }} Advisory
 * @typedef {{ id: string, reason: string, until: string }} Exception `until`: the last day on which it counts
 */

/**
 * @param {readonly Advisory[]} advisories @param {readonly Exception[]} exceptions @param {string} today `2026-11-30`
 * @returns {string[]} what must be solved: severe ones without an exception that counts today, and exceptions of no use
 */
export function judgeAdvisories(advisories, exceptions, today) {
  const severe = advisories.filter(({ severity }) => severity === 'high' || severity === 'critical');
  const isExcepted = (/** @type {Advisory} */ { id }) =>
    exceptions.some((exception) => exception.id === id && exception.until >= today);
  return [
    ...severe
      .filter((advisory) => !isExcepted(advisory))
      .map(
        ({ severity, package: name, range, title, url }) =>
          `${severity}: ${name} ${range}: ${title} (${url})`,
      ),
    ...exceptions
      .filter(({ reason, until }) => !reason || !/^\d{4}-\d\d-\d\d$/.test(until ?? ''))
      .map(({ id }) => `audit-exceptions.json: ${id} needs a reason and a date \`until\``),
    ...exceptions
      .filter(({ id }) => !advisories.some((advisory) => advisory.id === id))
      .map(({ id }) => `audit-exceptions.json: ${id} is reported no longer; remove it`),
  ];
}

/** @param {string} output of `npm audit --json` @returns {Advisory[] | null} null: the registry offers no advisories */
export function parseAudit(output) {
  const start = output.indexOf('{');
  /** @type {{ auditReportVersion?: number, vulnerabilities?: Record<string, { via: unknown[] }> }} */
  let report;
  try {
    report = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1));
  } catch {
    return null;
  }
  if (report.auditReportVersion !== 2 || !report.vulnerabilities) return null;
  const found = new Map();
  for (const { via } of Object.values(report.vulnerabilities)) {
    for (const one of via) {
      if (typeof one !== 'object' || one === null) continue;
      const { url = '', name, severity, title, range } = /** @type {Record<string, string>} */ (one);
      const id = url.slice(url.lastIndexOf('/') + 1);
      found.set(id, { id, package: name, severity, title, url, range });
    }
  }
  return [...found.values()];
}
