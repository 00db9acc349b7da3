import { useState, type FormEvent } from 'react';
import { Button } from '../ui/button.js';
import { ErrorNote } from '../ui/error-note.js';
import { Field } from '../ui/field.js';
import styles from './sign-in.module.css';
import { useOpenSession } from './use-open-session.js';

/** @param isFallback most people sign in another way, so the form is folded */
export function TokenForm({ isFallback }: { isFallback: boolean }) {
  const [email, setEmail] = useState('');
  const [token, setToken] = useState('');
  const open = useOpenSession();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    open.mutate({ body: { token: token.trim(), ...(email.trim() && { email: email.trim() }) } });
  };
  const form = (
    <form className={styles['form']} onSubmit={submit}>
      <Field label="Email" note="May be left out with a token that Proctor issued.">
        {(props) => (
          <input
            {...props}
            type="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Access token" note="An administrator creates it: proctor token create.">
        {(props) => (
          <input
            {...props}
            type="password"
            autoComplete="current-password"
            required
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        )}
      </Field>
      {open.error && <ErrorNote error={open.error} />}
      <Button type="submit" kind="primary" isBusy={open.isPending}>
        Sign in
      </Button>
    </form>
  );
  if (!isFallback) return form;
  return (
    <details className={styles['fallback']}>
      <summary>Sign in with an access token</summary>
      {form}
    </details>
  );
}
