import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { FakeGateway } from './fake-gateway.js';

export interface CliSetUp {
  readonly gateway: FakeGateway;
  /** For configuration and files. */
  readonly folder: string;
}

/** Registers hooks that give each test a gateway and an empty folder. Read the result inside tests and hooks only. */
export function setUpCli(): CliSetUp {
  const current = {} as { gateway: FakeGateway; folder: string };
  beforeEach(async () => {
    current.gateway = await FakeGateway.start();
    current.folder = await mkdtemp(join(tmpdir(), 'proctor-cli-'));
  });
  afterEach(async () => {
    await current.gateway.stop();
    await rm(current.folder, { recursive: true });
  });
  return current;
}
