import { routes } from '@app/contract';
import { shellCommand } from '@app/domain';

interface CommandLines {
  cli: string;
  curl: string;
}

/** How to start the same execution in a terminal. Without secret args: the CLI asks for them. */
export function commandLines(
  proc: string,
  args: Readonly<Record<string, string>>,
  gatewayUrl: string,
): CommandLines {
  const words = Object.entries(args).map(([name, value]) => `${name}=${value}`);
  const { method, path } = routes.submitExecution;
  const body = JSON.stringify({ name: proc, args });
  return {
    cli: shellCommand('proctor', 'execute', proc, ...words),
    curl: [
      `curl -X ${method} ${shellCommand(gatewayUrl + path)}`,
      `-H "Authorization: Bearer $ACCESS_TOKEN"`,
      `-H 'Content-Type: application/json'`,
      `-d ${shellCommand(body)}`,
    ].join(' \\\n  '),
  };
}
