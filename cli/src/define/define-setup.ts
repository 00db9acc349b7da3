import { login } from '../commands/login.js';
import { logout } from '../commands/logout.js';
import { printCompletion } from '../commands/print-completion.js';
import { showConfig } from '../commands/show-config.js';
import { version } from '../commands/version.js';
import { writeConfig } from '../commands/write-config.js';
import { SHELLS } from '../completion/completion-script.js';
import { command } from '../tree/command.js';
import { YES } from './shared-options.js';

export const setupCommands = [
  command({
    name: 'config',
    description: 'Set the gateway, your email and access token',
    positionals: { settings: { description: "KEY=value, v2's form", optional: true, many: true } },
    options: {
      host: { kind: 'text', description: "The gateway's host:port or URL" },
      email: { kind: 'text', description: 'Your email' },
      'token-file': { kind: 'text', description: 'File with the access token', completes: 'path' },
      yes: { ...YES, description: 'Overwrite without asking' },
    },
    examples: [
      ['config --host localhost:8080 --email me@example.com', 'Asks for the token'],
      ['config --host HOST --email EMAIL < token.txt', 'The token on standard input'],
      ['config show', 'What counts, and where it comes from'],
    ],
    run:
      ({ host, email, 'token-file': tokenFile, settings, yes }) =>
      (context) =>
        writeConfig(context, { host, email, tokenFile, words: settings, yes }),
    subcommands: [
      command({
        name: 'show',
        description: 'Show the configuration that counts, without the token',
        examples: [['config show', '']],
        run: () => showConfig,
      }),
    ],
  }),
  command({
    name: 'login',
    description: 'Sign in with a browser, where the gateway has single sign-on',
    options: { host: { kind: 'text', description: "The gateway's host:port or URL, if none is configured" } },
    examples: [
      ['login', ''],
      ['login --host proctor.example.com', ''],
    ],
    run: (values) => (context) => login(context, values),
  }),
  command({
    name: 'logout',
    description: 'Forget what login got',
    examples: [['logout', '']],
    run: () => logout,
  }),
  command({
    name: 'completion',
    description: 'Print a script for your shell that completes commands, options and procs',
    positionals: { shell: { description: 'Which shell', choices: SHELLS } },
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/proctor', ''],
      ['completion zsh > "${fpath[1]}/_proctor"', ''],
      ['completion fish > ~/.config/fish/completions/proctor.fish', ''],
    ],
    run:
      ({ shell }) =>
      (context) =>
        printCompletion(context, shell),
  }),
  command({
    name: 'version',
    description: "Show the CLI's and the gateway's version",
    examples: [['version -o json', '']],
    run: () => version,
  }),
  command({
    name: 'help',
    description: 'Show help, with examples for a command',
    positionals: { topic: { description: 'A command', optional: true, many: true } },
    // Answered before any command is looked for; here it is listed only.
    examples: [],
    run: () => async () => 0,
  }),
];
