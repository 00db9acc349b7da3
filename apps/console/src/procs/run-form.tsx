import type { ProcMetadata } from '@app/contract';
import { AppError, plainLine } from '@app/domain';
import { useState, type FormEvent } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { CONSOLE_PATH } from '../address.js';
import { useChange } from '../api/use-change.js';
import { Button } from '../ui/button.js';
import { CopyButton } from '../ui/copy-button.js';
import { ErrorNote } from '../ui/error-note.js';
import { randomKey } from '../ui/random-key.js';
import page from '../ui/page.module.css';
import { ArgField } from './arg-field.js';
import { CommandLines } from './command-lines-view.js';
import { argsFrom, ignoredIn, openArgsFrom, valuesFrom, type FormValues } from './form-values.js';
import styles from './run-form.module.css';

/** Runs a proc. The address may fill it in, but only a person submits it. */
export function RunForm({ proc }: { proc: ProcMetadata }) {
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const { args } = proc.env_vars;
  const [given] = useState<FormValues>(() => valuesFrom(search, args));
  const [values, setValues] = useState<FormValues>(given);
  const submit = useChange('submitExecution', ({ id }) => navigate(`/executions/${id}`));
  const problems = problemsOf(submit.error);
  const unplaced = submit.error && !args.some(({ name }) => problems.has(name));
  const ignored = ignoredIn(search, args);
  const isPrefilled = Object.keys(given).length > 0;
  const openArgs = openArgsFrom(values, args);

  const run = (event: FormEvent) => {
    event.preventDefault();
    submit.mutate({ body: { name: proc.name, args: argsFrom(values) }, idempotencyKey: randomKey() });
  };
  return (
    <form onSubmit={run} className={styles['form']} aria-label={`Run ${plainLine(proc.name)}`}>
      {args.length === 0 && <p className={page['quiet']}>This proc takes no args.</p>}
      {ignored.length > 0 && (
        <p className={page['quiet']}>
          The address also names {ignored.map(plainLine).join(', ')}, which a link cannot fill in.
        </p>
      )}
      {args.map((arg) => (
        <ArgField
          key={arg.name}
          arg={arg}
          value={values[arg.name] ?? ''}
          problem={problems.get(arg.name)}
          isChanged={isPrefilled && (values[arg.name] ?? '') !== (given[arg.name] ?? '')}
          onChange={(value) => setValues({ ...values, [arg.name]: value })}
        />
      ))}
      {unplaced && submit.error && <ErrorNote error={submit.error} />}
      <div className={page['actions']}>
        <Button type="submit" kind="primary" isBusy={submit.isPending}>
          Run
        </Button>
        <CopyButton text={linkTo(proc.name, openArgs)} label="Copy a link to this form" isLabelled />
      </div>
      <CommandLines proc={proc} args={openArgs} />
    </form>
  );
}

/** What the gateway said of each arg. */
function problemsOf(error: Error | null): Map<string, string> {
  const details = error instanceof AppError ? error.details : [];
  return new Map(details.map(({ field, message }) => [field.replace(/^args\./, ''), plainLine(message)]));
}

function linkTo(proc: string, args: Record<string, string>): string {
  const query = new URLSearchParams(args).toString();
  const path = `${window.location.origin}${CONSOLE_PATH}/procs/${encodeURIComponent(proc)}/run`;
  return query ? `${path}?${query}` : path;
}
