import { readEnv } from './env.js';
import { startKubeSandbox } from './start-kube-sandbox.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const { port, dataDir, procsDir, namespaces, containers } = readEnv(process.env);
  say(
    containers === 'null'
      ? 'kube-sandbox: for benchmarks only. It runs nothing: containers only seem to run.'
      : 'kube-sandbox: for development only. It isolates nothing: containers are plain processes on this machine.',
  );
  const sandbox = await startKubeSandbox({
    port,
    dataDir,
    procsDir,
    namespaces,
    ...(containers === 'null' && { nullContainers: {} }),
    log: (line) => say(`kube-sandbox: ${line}`),
  });
  say(`kube-sandbox listening on ${sandbox.url}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void sandbox.close().then(() => process.exit(0)));
  }
} catch (error) {
  process.stderr.write(`kube-sandbox: ${(error as Error).message}\n`);
  process.exit(1);
}
