import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import styles from './copy-button.module.css';

const SHOWN_MS = 1_500;

interface CopyButtonProps {
  text: string;
  label: string;
  /** Shows the label beside the icon. */
  isLabelled?: boolean;
}

/** Copies a text, and says that it did. Browsers allow it over https and on loopback only. */
export function CopyButton({ text, label, isLabelled = false }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState(false);
  if (!window.isSecureContext) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), SHOWN_MS);
  };
  const Icon = isCopied ? Check : Copy;
  const words = isCopied ? 'Copied' : label;
  return (
    <button
      type="button"
      className={`${styles['copy']} ${isLabelled ? styles['labelled'] : ''}`}
      aria-label={words}
      title={label}
      onClick={() => void copy()}
    >
      <Icon size={14} aria-hidden />
      {isLabelled && words}
    </button>
  );
}
