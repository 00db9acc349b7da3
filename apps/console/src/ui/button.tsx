import type { ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  /** True: what it started goes on. It cannot be pressed, and keeps its place. */
  isBusy?: boolean;
}

export function Button({ kind = 'plain', isBusy = false, disabled, children, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      className={`${styles['button']} ${styles[kind]}`}
      disabled={disabled || isBusy}
      aria-busy={isBusy}
      {...props}
    >
      {children}
    </button>
  );
}
