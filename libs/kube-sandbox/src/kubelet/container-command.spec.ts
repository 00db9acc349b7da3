import { describe, expect, it } from '@jest/globals';
import type { Container } from '../objects/kube-object.js';
import { containerCommand } from './container-command.js';
import { parseDockerfile } from './dockerfile.js';

const image = parseDockerfile(
  'WORKDIR /app\nCOPY run.sh .\nCOPY run.sh /bin/run\nENTRYPOINT ["./run.sh", "-v"]\nCMD ["world"]',
);
const env = new Map([['WHO', 'you']]);

function command(container: Partial<Container>): string[] {
  return containerCommand(container as Container, image, env, '/copy/p1');
}

describe('containerCommand', () => {
  it.each<[string, Partial<Container>, string[]]>([
    ['the image alone', {}, ['/copy/p1/run.sh', '-v', 'world']],
    ['args replace CMD', { args: ['$(WHO)'] }, ['/copy/p1/run.sh', '-v', 'you']],
    ['command replaces both', { command: ['sh'] }, ['sh']],
    ['command and args', { command: ['sh', '-c'], args: ['echo $$(WHO)'] }, ['sh', '-c', 'echo $(WHO)']],
    ['paths under WORKDIR', { command: ['/app/bin/x', '/app/data'] }, ['/copy/p1/bin/x', '/copy/p1/data']],
    ['paths of copied files', { command: ['sh', '/bin/run'] }, ['sh', '/copy/p1/run.sh']],
    ['paths of the machine', { command: ['/bin/sh', '/apple'] }, ['/bin/sh', '/apple']],
    ['an empty list is none', { command: [], args: [] }, ['/copy/p1/run.sh', '-v', 'world']],
  ])('%s', (_name, container, words) => {
    expect(command(container)).toEqual(words);
  });
});
