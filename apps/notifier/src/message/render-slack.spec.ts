import { describe, expect, it } from '@jest/globals';
import { anEvent, anExecution } from '../testing/events.js';
import { describeEvent } from './notification-message.js';
import { escapeSlack, renderSlack } from './render-slack.js';
import { renderWebhook } from './render-webhook.js';
import { toPluginEvent } from './to-plugin-event.js';

interface Block {
  text: { text: string };
  fields?: { text: string }[];
}

const slackOf = (changes: Partial<ReturnType<typeof anExecution>> = {}) =>
  renderSlack(describeEvent(anEvent({ execution: anExecution(changes) }), ['log'], null)) as {
    text: string;
    blocks: Block[];
  };

describe('renderSlack', () => {
  it('escapes what Slack would interpret as a mention or a link', () => {
    const { blocks } = slackOf({ reason: '<!channel> & <@U1>', procName: 'a<b' });
    const shown = JSON.stringify(blocks);
    expect(shown).toContain('&lt;!channel&gt; &amp; &lt;@U1&gt;');
    expect(shown).toContain('a&lt;b');
    expect(shown).not.toMatch(/<[!@]/);
    expect(escapeSlack('&lt;')).toBe('&amp;lt;');
  });

  it("stays within Slack's limits", () => {
    const long = '<&>'.repeat(2_000);
    const args = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`ARG_${n}`, long]));
    const { blocks, text } = slackOf({ reason: long, userEmail: long, args, procName: long });
    expect(text.length).toBeLessThan(4_000);
    for (const block of blocks) {
      expect(block.text.text.length).toBeLessThanOrEqual(3_000);
      expect(block.fields?.length ?? 0).toBeLessThanOrEqual(10);
      for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
    }
  });

  it('leaves out the log', () => {
    expect(JSON.stringify(slackOf())).not.toContain('"log"');
  });
});

describe('renderWebhook and toPluginEvent', () => {
  const execution = anExecution({ secretArgNames: ['PIN'], exitCode: null, startedAt: null });

  it('hide secret args', () => {
    const body = JSON.parse(renderWebhook(anEvent({ execution }), { id: 3, channel: 'webhook' }, null)) as {
      execution: Record<string, unknown>;
    };
    expect(body).toMatchObject({ event: 'execution.ended', delivery_id: 3, schedule: null });
    expect(body.execution).toMatchObject({ id: 7, args: { NAME: 'world', PIN: '***' } });
    expect(Object.keys(body.execution)).not.toEqual(expect.arrayContaining(['exit_code']));
    expect(toPluginEvent(execution).content.Args).toBe('{"NAME":"world","PIN":"***"}');
  });
});
