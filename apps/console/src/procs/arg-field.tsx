import { plainLine } from '@app/domain';
import type { ReactNode } from 'react';
import { Field } from '../ui/field.js';
import type { ArgDeclaration } from './form-values.js';
import styles from './run-form.module.css';

interface ArgFieldProps {
  arg: ArgDeclaration;
  value: string;
  /** What the gateway said of it. */
  problem: string | undefined;
  /** Differs from what the address gave. */
  isChanged: boolean;
  onChange: (value: string) => void;
}

/** The control of an arg, by its type. The gateway judges the value. */
export function ArgField({ arg, value, problem, isChanged, onChange }: ArgFieldProps) {
  const { name, required, type, options } = arg;
  const choices = type === 'boolean' ? ['true', 'false'] : type === 'enum' ? (options ?? []) : null;
  const isNeeded = required === true && arg.default == null;
  const label = (
    <>
      <code>{plainLine(name)}</code>
      {isNeeded && <span className={styles['mark']}>required</span>}
      {isChanged && <span className={styles['mark']}>changed</span>}
    </>
  );
  return (
    <Field label={label} note={noteOf(arg)} problem={problem}>
      {(props) => {
        const common = { ...props, value, required: isNeeded, 'data-arg': name };
        if (choices) {
          return (
            <select {...common} onChange={({ target }) => onChange(target.value)}>
              <option value="">{arg.default == null ? '—' : `Default: ${plainLine(arg.default)}`}</option>
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {plainLine(choice)}
                </option>
              ))}
            </select>
          );
        }
        return (
          <input
            {...common}
            type={type === 'secret' ? 'password' : 'text'}
            inputMode={type === 'number' ? 'decimal' : undefined}
            autoComplete={type === 'secret' ? 'new-password' : 'off'}
            spellCheck={false}
            placeholder={arg.default == null ? '' : `Default: ${plainLine(arg.default)}`}
            onChange={({ target }) => onChange(target.value)}
          />
        );
      }}
    </Field>
  );
}

function noteOf({ description, type, min, max, pattern, example }: ArgDeclaration): ReactNode {
  const range = [min == null ? '' : `at least ${String(min)}`, max == null ? '' : `at most ${String(max)}`];
  const facts = [
    type === 'number' ? ['a number', ...range].filter(Boolean).join(', ') : '',
    type === 'secret' ? 'never shown again' : '',
    pattern ? `matches ${plainLine(pattern)}` : '',
    example ? `for example ${plainLine(example)}` : '',
  ].filter(Boolean);
  const text = [plainLine(description), facts.join('; ')].filter(Boolean);
  return text.length > 0 ? text.join(' · ') : undefined;
}
