import type { ProcMetadata } from '@app/contract';
import { GATEWAY_URL } from '../address.js';
import { CopyButton } from '../ui/copy-button.js';
import { commandLines } from './command-lines.js';
import { isSecret } from './form-values.js';
import styles from './run-form.module.css';

interface CommandLinesProps {
  proc: ProcMetadata;
  /** Without secret ones. */
  args: Readonly<Record<string, string>>;
}

/** The same execution as a command, for what the form says now. */
export function CommandLines({ proc, args }: CommandLinesProps) {
  const { cli, curl } = commandLines(proc.name, args, GATEWAY_URL);
  const hasSecrets = proc.env_vars.args.some(isSecret);
  return (
    <details className={styles['commands']}>
      <summary>As a command</summary>
      <CommandLine
        title="CLI"
        line={cli}
        note={hasSecrets ? 'The CLI asks for the secret args.' : undefined}
      />
      <CommandLine
        title="curl"
        line={curl}
        note={hasSecrets ? 'Add the secret args to the body yourself.' : undefined}
      />
    </details>
  );
}

function CommandLine({ title, line, note }: { title: string; line: string; note?: string | undefined }) {
  return (
    <div>
      <div className={styles['commandHead']}>
        {title}
        <CopyButton text={line} label={`Copy the ${title} line`} />
      </div>
      <pre className={styles['command']} tabIndex={0} aria-label={`${title} line`}>
        {line}
      </pre>
      {note && <p className={styles['note']}>{note}</p>}
    </div>
  );
}
