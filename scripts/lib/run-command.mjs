import { spawn } from 'node:child_process';
import { projectDir } from './project.mjs';

/**
 * Runs a program to its end and collects its output.
 * @param {string} command @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { echo?: boolean, timeoutMs?: number }} [options]
 *   `echo`: print the output instead; `timeoutMs`: send SIGKILL after that time
 * @returns {Promise<{ status: number, output: string }>} status 127 if it cannot be started, above 128 for a signal
 */
export function runCommand(command, args, { echo = false, timeoutMs, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: projectDir,
      stdio: echo ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      ...(timeoutMs ? { timeout: timeoutMs, killSignal: 'SIGKILL' } : {}),
      ...options,
    });
    // Ctrl-C reaches it through the terminal. If only we are stopped, it must not run on.
    const endWithUs = () => child.kill();
    process.once('exit', endWithUs);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ status: 127, output: `${output}${error.message}\n` }));
    child.once('close', (code, signal) => {
      process.off('exit', endWithUs);
      resolve({ status: code ?? (signal === 'SIGINT' ? 130 : 143), output });
    });
  });
}

/** @param {string} output @param {number} count @returns {string} its last `count` lines */
export function lastLines(output, count) {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
