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
  command('config', 'Set the gateway, your email and access token', {
    positionals: { settings: { description: 'KEY=value, as in v2', optional: true, many: true } },
    options: {
      host: { kind: 'text', description: 'Address of the gateway: a URL, or host:port on this machine' },
      email: { kind: 'text', description: 'Your email' },
      'token-file': { kind: 'text', description: 'File with the access token', completes: 'path' },
      yes: { ...YES, description: 'Overwrite without confirmation' },
    },
    examples: [
      ['config --host localhost:8080 --email me@example.com', 'Prompts for the token'],
      [
        'config --host https://proctor.example.com --email EMAIL < token.txt',
        'Reads the token from standard input',
      ],
      ['config show', 'Show the effective values and their sources'],
    ],
    run: (context, { host, email, 'token-file': tokenFile, settings, yes }) =>
      writeConfig(context, { host, email, tokenFile, words: settings, yes }),
    subcommands: [
      command('show', 'Show the effective configuration', {
        examples: [['config show', '']],
        run: showConfig,
      }),
    ],
  }),
  command('login', 'Sign in with a browser, if the gateway has single sign-on', {
    options: {
      host: {
        kind: 'text',
        description: 'Address of the gateway, if none is configured: a URL, or host:port on this machine',
      },
    },
    examples: [
      ['login', ''],
      ['login --host https://proctor.example.com', ''],
    ],
    run: login,
  }),
  command('logout', 'Sign out and delete the saved credentials', {
    examples: [['logout', '']],
    run: logout,
  }),
  command('completion', 'Print a completion script for your shell', {
    positionals: { shell: { description: 'Your shell', choices: SHELLS } },
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/proctor', ''],
      ['completion zsh > "${fpath[1]}/_proctor"', ''],
      ['completion fish > ~/.config/fish/completions/proctor.fish', ''],
    ],
    run: (context, { shell }) => printCompletion(context, shell),
  }),
  command('version', 'Show the versions of the CLI and the gateway', {
    examples: [['version -o json', '']],
    run: version,
  }),
  command('help', 'Show help for a command, with examples', {
    positionals: { topic: { description: 'Command and subcommand', optional: true, many: true } },
    // `parseCommandLine` answers it; declared so that it is listed.
    examples: [],
    run: async () => 0,
  }),
];
