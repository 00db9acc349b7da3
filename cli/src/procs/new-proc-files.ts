/** A file of a new proc. */
export interface NewFile {
  name: string;
  text: string;
  /** Of the file, before the user's umask. */
  mode: number;
}

/** A first version of a proc: it runs as it is, in the sandbox and, once the image is built, in a cluster. */
export function newProcFiles(name: string): NewFile[] {
  return [
    { name: 'proc.yaml', text: metadataOf(name), mode: 0o666 },
    { name: 'Dockerfile', text: DOCKERFILE, mode: 0o666 },
    { name: 'run.sh', text: SCRIPT, mode: 0o777 },
  ];
}

const metadataOf = (name: string): string => `name: ${name}
description: Says hello
image_name: proctor/${name}:1
env_vars:
  args:
    - name: WHO
      description: Who to greet
      default: World
# Who may run it; empty: everyone who is signed in.
authorized_groups: []
`;

const DOCKERFILE = `FROM alpine:3.22

WORKDIR /app
COPY --chmod=755 run.sh ./
USER 65534:65534
ENTRYPOINT ["./run.sh"]
`;

const SCRIPT = `#!/bin/sh
# Args and secrets are environment variables. Exit code 0 means success; what is printed is the log.
set -eu

echo "Hello, $WHO!"
`;
