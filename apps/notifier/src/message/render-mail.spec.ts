import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anEvent, anExecution, aSchedule } from '../testing/events.js';
import { describeEvent } from './notification-message.js';
import { escapeHtml } from '@app/domain';
import { renderMail } from './render-mail.js';

const mailOf = (changes: Parameters<typeof anEvent>[0] = {}, logLines: string[] = []) =>
  renderMail(describeEvent(anEvent(changes), logLines, 'https://p.example.org'));

describe('the subject', () => {
  it.each<[Parameters<typeof anEvent>[0], string]>([
    [{}, '[proctor] say-hello FINISHED after 12 s'],
    [
      { execution: anExecution({ status: 'REQUIREMENT_NOT_MET', startedAt: null }) },
      '[proctor] say-hello REQUIREMENT_NOT_MET',
    ],
    [{ name: 'started' }, '[proctor] say-hello started'],
    [
      { name: 'slow', execution: anExecution({ status: 'POD_READY', endedAt: null }) },
      '[proctor] say-hello takes longer than usual: 12 s so far',
    ],
    [
      { name: 'schedule_paused', execution: null, schedule: aSchedule() },
      '[proctor] schedule of say-hello was paused',
    ],
  ])('of %j', (event, subject) => {
    expect(mailOf(event).subject).toBe(subject);
  });

  it('is one line of bounded length for any proc name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (procName) => {
        const { subject } = mailOf({ execution: anExecution({ procName }) });
        expect(subject).not.toMatch(/[\r\n\u0000-\u001f\u007f]/);
        expect(subject.length).toBeLessThan(230);
        expect(subject.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('the body', () => {
  it('says the same in text and HTML', () => {
    const { text, html } = mailOf({ schedule: aSchedule({ tags: 'nightly' }) }, ['one', '  two']);
    for (const part of [
      'say-hello',
      'FINISHED',
      'ada@example.org',
      'nightly',
      'NAME',
      'world',
      'one\n',
      '  two',
    ]) {
      expect(text).toContain(part);
      expect(html).toContain(part);
    }
    expect(text).toContain('https://p.example.org/console/executions/7');
    expect(html).toContain('href="https://p.example.org/console/executions/7"');
  });

  it('hides secret args, and counts the ones past the limit', () => {
    const args = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`ARG_${n}`, 'x']));
    const { text } = mailOf({ execution: anExecution({ args, secretArgNames: ['PIN'] }) });
    expect(text).toContain('and 11 more');
    expect(mailOf({ execution: anExecution({ secretArgNames: ['PIN'] }) }).text).toContain('PIN=***');
  });

  it('leaves out what is missing', () => {
    const { text, html } = renderMail(
      describeEvent(anEvent({ execution: anExecution({ args: {} }) }), [], null),
    );
    expect(`${text}${html}`).not.toMatch(/undefined|null|Args|Last log lines|Reason|More/);
  });

  it('has no link from values that a mail program could follow', () => {
    const value =
      'HTTPS://evil.example/login www.evil.example evil.example/x mailto:a@b.c [a](http://e.vil) //evil.example/ evil.com a.evil.io evil.store EVIL.CH app.conf';
    const execution = anExecution({ reason: value, args: { NAME: value } });
    const { text, html } = mailOf({ execution, schedule: aSchedule({ tags: value }) }, [value]);
    for (const part of [text, html]) {
      const own = part.replaceAll('https://p.example.org/console/executions/7', '');
      expect(own).not.toMatch(/:\/\/|www\.|mailto:|example\//i);
      expect(own).toContain('evil[.]com a.evil[.]io evil[.]store EVIL[.]CH app.conf');
      expect(own).toContain('HTTPS[:]//evil.example[/]login www[.]evil.example');
    }
    expect(html.match(/<a /g)).toHaveLength(1);
  });

  it('has no markup from values', () => {
    const tagsOf = (html: string) => html.match(/<[^>]*>/g)?.length;
    const plain = tagsOf(mailOf({ execution: anExecution({ reason: 'r' }) }, ['l']).html);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '/', '=') }), (hostile) => {
        const value = `x${hostile}`;
        const execution = anExecution({ reason: value, args: { NAME: value }, userEmail: value });
        expect(tagsOf(mailOf({ execution }, [value]).html)).toBe(plain);
      }),
    );
    expect(escapeHtml(`<a href="x" b='y'>&`)).toBe('&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;');
  });
});
