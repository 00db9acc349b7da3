import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, HealthRegistry, startTelemetry, type Telemetry } from '@app/platform';
import { observeState } from './observe-state.js';

let telemetry: Telemetry;
let isDatabaseUp: boolean;

beforeEach(async () => {
  isDatabaseUp = true;
  telemetry = await startTelemetry({
    service: 'test',
    settings: { serviceName: null, resourceAttributes: {}, export: null },
    logger: createLogger({ service: 'test', level: 'fatal' }),
  });
  const ask = async <T>(answer: T): Promise<T> => {
    if (!isDatabaseUp) throw new Error('away');
    return answer;
  };
  observeState(telemetry.meter, {
    store: { countLive: () => ask({ waiting: 3, running: 2 }) },
    seals: { countUnsealed: () => ask({ count: 7, oldestSeconds: 1.5 }) },
    health: new HealthRegistry({ cacheMs: 0 })
      .add('postgres', 'required', () => ask('here'))
      .add('redis', 'optional', async () => 'here'),
    openLogStreams: () => 4,
  });
});
afterEach(() => telemetry.close());

const seriesOf = async () =>
  (await telemetry.prometheusText()).split('\n').filter((line) => line.startsWith('proctor_'));

describe('observeState', () => {
  it('shows live executions, dependencies and open log streams', async () => {
    expect(await seriesOf()).toEqual([
      'proctor_executions{state="waiting"} 3',
      'proctor_executions{state="running"} 2',
      'proctor_dependency_up{dependency="postgres"} 1',
      'proctor_dependency_up{dependency="redis"} 1',
      'proctor_log_streams_open 4',
      'proctor_audit_unsealed 7',
      'proctor_audit_oldest_unsealed_seconds 1.5',
    ]);
  });

  it('omits the executions and shows the database as down while it is unavailable', async () => {
    isDatabaseUp = false;
    expect(await seriesOf()).toEqual([
      'proctor_dependency_up{dependency="postgres"} 0',
      'proctor_dependency_up{dependency="redis"} 1',
      'proctor_log_streams_open 4',
    ]);
  });
});
