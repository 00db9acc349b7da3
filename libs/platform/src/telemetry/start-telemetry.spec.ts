import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../logger.js';
import { startTelemetry, type Telemetry } from './start-telemetry.js';

const SAMPLE = /^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/;

/** Values by series, of a page that has to be valid in every line. */
function readPage(text: string): Map<string, number> {
  expect(text.endsWith('\n')).toBe(true);
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'TYPE') {
      expect(types.has(name)).toBe(false);
      types.set(name, rest);
    }
    if (keyword) continue;
    const [, series = '', labels = '', value] = SAMPLE.exec(line) ?? [];
    const family = types.has(series) ? series : series.replace(/_(bucket|sum|count)$/, '');
    expect([line, types.get(family)]).toEqual([line, expect.stringMatching(/^(counter|gauge|histogram)$/)]);
    expect(samples.has(`${series}{${labels}}`)).toBe(false);
    samples.set(`${series}{${labels}}`, value === '+Inf' ? Infinity : Number(value));
  }
  return samples;
}

let telemetry: Telemetry;

beforeEach(async () => {
  telemetry = await startTelemetry({
    service: 'test',
    settings: { serviceName: null, resourceAttributes: { 'a.b': '1', a_b: '2' }, export: null },
    logger: createLogger({ service: 'test', level: 'fatal' }),
  });
});
afterEach(() => telemetry.close());

describe('the page for Prometheus', () => {
  it('shows what operators expect of a Node process', async () => {
    const page = readPage(await telemetry.prometheusText());
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_heap_size_total_bytes',
    ]) {
      expect([name, page.get(`${name}{}`)]).toEqual([name, expect.any(Number)]);
      expect(page.get(`${name}{}`)).toBeGreaterThan(0);
    }
    const startedAtSeconds = page.get('process_start_time_seconds{}') ?? 0;
    expect(Math.abs(Date.now() / 1e3 - process.uptime() - startedAtSeconds)).toBeLessThan(5);
    for (const name of ['mean', 'p99', 'max']) {
      expect(page.get(`nodejs_eventloop_lag_${name}_seconds{}`)).toBeGreaterThanOrEqual(0);
    }
  });

  it('escapes labels and help', async () => {
    const counter = telemetry.meter.createCounter('odd_total', { description: 'a \\ and\na new line' });
    counter.add(2, { route: 'quote " backslash \\ newline \n end' });
    const text = await telemetry.prometheusText();
    expect(text).toContain('# HELP odd_total a \\\\ and\\na new line\n');
    expect(readPage(text).get('odd_total{route="quote \\" backslash \\\\ newline \\n end"}')).toBe(2);
  });

  it('shows a histogram as Prometheus wants it: buckets that only grow, up to all', async () => {
    const histogram = telemetry.meter.createHistogram('wait_seconds', {
      advice: { explicitBucketBoundaries: [0.1, 1] },
    });
    for (const seconds of [0.05, 0.5, 0.5, 5]) histogram.record(seconds, { route: 'a' });
    const page = readPage(await telemetry.prometheusText());
    expect(['0.1', '1', '+Inf'].map((le) => page.get(`wait_seconds_bucket{route="a",le="${le}"}`))).toEqual([
      1, 3, 4,
    ]);
    expect(page.get('wait_seconds_count{route="a"}')).toBe(4);
    expect(page.get('wait_seconds_sum{route="a"}')).toBeCloseTo(6.05);
  });

  it('leaves out a gauge that can not be read, and forgets a series that is gone', async () => {
    let states = ['one', 'two'];
    telemetry.meter.createObservableGauge('state').addCallback((result) => {
      for (const state of states) result.observe(1, { state });
    });
    telemetry.meter.createObservableGauge('broken').addCallback(() => Promise.reject(new Error('away')));
    expect(readPage(await telemetry.prometheusText()).get('state{state="two"}')).toBe(1);
    states = ['one'];
    const page = readPage(await telemetry.prometheusText());
    expect([...page.keys()].filter((key) => /^(state|broken)/.test(key))).toEqual(['state{state="one"}']);
  });

  it('is made once for those who ask at the same time', async () => {
    let reads = 0;
    telemetry.meter.createObservableGauge('read').addCallback((result) => result.observe((reads += 1)));
    await Promise.all([telemetry.prometheusText(), telemetry.prometheusText(), telemetry.prometheusText()]);
    expect(reads).toBe(1);
  });

  it('bounds the number of series, whatever labels are made up', async () => {
    const counter = telemetry.meter.createCounter('made_up_total');
    for (let index = 0; index < 5_000; index += 1) counter.add(1, { index });
    const page = readPage(await telemetry.prometheusText());
    const ofCounter = [...page.entries()].filter(([series]) => series.startsWith('made_up_total'));
    expect(ofCounter.length).toBeLessThanOrEqual(2_000);
    expect(ofCounter.reduce((sum, [, value]) => sum + value, 0)).toBe(5_000);
  });
});

describe('close', () => {
  it('may be repeated', async () => {
    await Promise.all([telemetry.close(), telemetry.close()]);
    await telemetry.close();
    expect(telemetry.meter.createCounter('late_total')).toBeDefined();
  });
});
