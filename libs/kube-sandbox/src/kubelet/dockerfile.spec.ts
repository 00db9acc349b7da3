import { describe, expect, it } from '@jest/globals';
import { parseDockerfile } from './dockerfile.js';

describe('parseDockerfile', () => {
  it('reads exec form, environment, working directory and copied files', () => {
    const config = parseDockerfile(`
# a comment
FROM alpine:3.20
RUN apk add --no-cache bash \\
  # in the middle
  curl
WORKDIR /srv
workdir app
ENV GREETING="hello world" PLAIN=1 \\
    LAST='x y'
ENV OLD style value
COPY --chown=1:1 run.sh tool.py ./
USER 1000:1000
COPY other.sh /usr/local/bin/other
ENTRYPOINT ["bash", "-eu", "run.sh"]
CMD ["--fast"]
`);
    expect(config.entrypoint).toEqual(['bash', '-eu', 'run.sh']);
    expect(config.command).toEqual(['--fast']);
    expect(config.workingDirectory).toBe('/srv/app');
    expect(config.user).toBe('1000');
    expect(config.env).toEqual({ GREETING: 'hello world', PLAIN: '1', LAST: 'x y', OLD: 'style value' });
    expect(Object.fromEntries(config.copiedFiles)).toEqual({
      '/srv/app/run.sh': 'run.sh',
      '/srv/app/tool.py': 'tool.py',
      '/usr/local/bin/other': 'other.sh',
    });
  });

  it('runs the shell form, and invalid JSON, with a shell', () => {
    expect(parseDockerfile('CMD echo "hi" && ls').command).toEqual(['/bin/sh', '-c', 'echo "hi" && ls']);
    expect(parseDockerfile("ENTRYPOINT ['single']").entrypoint).toEqual(['/bin/sh', '-c', "['single']"]);
  });

  it('reads only the last stage', () => {
    const config = parseDockerfile(
      'FROM a AS build\nUSER a\nENTRYPOINT ["a"]\nENV A=1\nFROM b\nCMD ["b"]\nCOPY --from=build /x /y',
    );
    expect(config).toEqual({
      entrypoint: [],
      command: ['b'],
      env: {},
      workingDirectory: '/',
      user: '',
      copiedFiles: new Map(),
    });
  });
});
