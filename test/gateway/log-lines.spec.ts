import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

interface Lines {
  lines: { n: number; text: string; kind?: string; continues?: true }[];
  last: number;
  has_ended: boolean;
}
interface Matches {
  count: number;
  matches: { n: number; text: string }[];
  next?: number;
}

let gateway: TestGateway;
let id: number;

beforeAll(async () => {
  gateway = await startTestGateway();
  const body = [{ name: 'open', image_name: 'proctor/open:1' }];
  await gateway.call(gateway.admin, 'POST', '/metadata', { body });
}, 60_000);
afterAll(() => gateway?.remove(), 30_000);
beforeEach(async () => {
  const body = { name: 'open', args: {} };
  id = (await gateway.call(gateway.admin, 'POST', '/execution', { body })).json<{ id: number }>().id;
});

/** Stores lines from 1 on. @param text SQL for the text of line n */
const store = (count: number, text: string) =>
  gateway.query(
    `insert into execution_log (execution_id, seq, kind, text, ends_line)
     select $1, n, 0, ${text}, true from generate_series(1, $2::int) n`,
    [id, count],
  );
const ask = (path: string) => gateway.call(gateway.admin, 'GET', `/execution/${id}/log/${path}`);
const lines = async (query: string) => (await ask(`lines?${query}`)).json<Lines>();
const numbersOf = ({ lines: some }: Lines) => some.map(({ n }) => n);
const search = async (query: string) => (await ask(`search?${query}`)).json<Matches>();

describe('lines of a log', () => {
  it('are read by their numbers, forward, backward, and from the end', async () => {
    await store(1_000, `'line ' || n`);
    const middle = await lines('from=120&lines=3');
    expect(middle).toEqual({
      lines: [120, 121, 122].map((n) => ({ n, text: `line ${n}` })),
      last: 1_000,
      has_ended: false,
    });
    expect(numbersOf(await lines('to=122&lines=3'))).toEqual([120, 121, 122]);
    expect(numbersOf(await lines('to=2&lines=5000'))).toEqual([1, 2]);
    expect(numbersOf(await lines('from=1001'))).toEqual([]);
    expect(numbersOf(await lines(''))).toEqual(Array.from({ length: 500 }, (_, at) => 501 + at));
    await gateway.end(id);
    expect(await lines('from=1000')).toMatchObject({ lines: [{ n: 1_000 }], has_ended: true });
  });

  it('are none before the first one', async () => {
    expect(await lines('')).toEqual({ lines: [], last: 0, has_ended: false });
  });

  it('tell markers, parts of a long line, and holes', async () => {
    await gateway.addRows(id, [
      { text: 'a part', endsLine: false },
      { text: 'the rest' },
      { kind: 'gap', text: '[lines are missing]' },
      { text: 'dropped' },
      { text: 'last' },
    ]);
    await gateway.query(`delete from execution_log where execution_id = $1 and text = 'dropped'`, [id]);
    expect((await lines('from=1')).lines).toEqual([
      { n: 1, text: 'a part', continues: true },
      { n: 2, text: 'the rest' },
      { n: 3, text: '[lines are missing]', kind: 'gap' },
      { n: 5, text: 'last' },
    ]);
    expect(numbersOf(await lines('from=4&lines=1'))).toEqual([5]);
  });

  it('are fewer if they are long', async () => {
    await store(100, `repeat('x', 1024 * 64)`);
    const forward = numbersOf(await lines('from=11&lines=90'));
    expect(forward).toEqual(Array.from({ length: 64 }, (_, at) => 11 + at));
    const backward = numbersOf(await lines('to=90&lines=90'));
    expect(backward).toEqual(Array.from({ length: 64 }, (_, at) => 27 + at));
  });

  it.each(['from=0', 'from=x', 'lines=0', 'lines=5001', 'to=-1', 'from=1&to=2', 'from=99999999999'])(
    'are refused with ?%s',
    async (query) => expect((await ask(`lines?${query}`)).status).toBe(400),
  );
});

describe('the search of a log', () => {
  it('counts the lines of the whole log, and returns them page by page', async () => {
    await store(3_000, `case when n % 10 = 0 then 'ERROR number ' || n else 'all is well' end`);
    const first = await search('q=error&limit=100');
    expect(first).toMatchObject({ count: 300, next: 1_010 });
    expect(first.matches).toHaveLength(100);
    expect(first.matches[0]).toEqual({ n: 10, text: 'ERROR number 10' });
    const last = await search('q=error&limit=1000&from=2991');
    expect(last).toEqual({ count: 300, matches: [{ n: 3_000, text: 'ERROR number 3000' }] });
    expect(await search('q=nothing')).toEqual({ count: 0, matches: [] });
  });

  it('tells upper from lower case only if the text has upper case', async () => {
    await gateway.addRows(
      id,
      ['ERROR', 'Error', 'error', 'ÄRGER', 'ärger'].map((text) => ({ text })),
    );
    const numbers = async (text: string) =>
      (await search(`q=${encodeURIComponent(text)}`)).matches.map(({ n }) => n);
    expect(await numbers('error')).toEqual([1, 2, 3]);
    expect(await numbers('Error')).toEqual([2]);
    expect(await numbers('ärger')).toEqual([4, 5]);
  });

  it('takes no character for a pattern', async () => {
    const texts = ['100%', '1000', 'a_b', 'acb', 'C:\\dir', "it's", '.*'];
    await gateway.addRows(
      id,
      texts.map((text) => ({ text })),
    );
    for (const [at, text] of texts.entries()) {
      const { matches } = await search(`q=${encodeURIComponent(text)}`);
      expect(matches).toEqual([{ n: at + 1, text }]);
    }
  });

  it.each(['', 'q=', `q=${'x'.repeat(501)}`, 'q=%00', 'q=x&limit=0', 'q=x&limit=1001', 'q=x&from=0'])(
    'is refused with ?%s',
    async (query) => expect((await ask(`search?${query}`)).status).toBe(400),
  );
});
