import { describe, expect, it } from '@jest/globals';
import { ChannelWarnings } from './channel-warnings.js';

describe('ChannelWarnings', () => {
  it.each([
    ['mail', ['callback'], /^Email is off: .* PROCTOR_MAIL_SERVER_HOST /],
    ['slack', ['mail', 'callback'], /^slack is off: /],
    ['mail', [], /^Email is off: /],
    ['mail', ['mail'], null],
    ['callback', [], null],
    ['mail', null, null],
  ])('%s, with %j open', async (channel, open, says) => {
    const { warnings = [] } = await new ChannelWarnings(async () => open).of(channel);
    expect(warnings).toEqual(says === null ? [] : [expect.stringMatching(says)]);
  });

  it('says nothing if the database does not answer', async () => {
    const warnings = new ChannelWarnings(() => Promise.reject(new Error('away')));
    expect(await warnings.of('mail')).toEqual({});
  });
});
