import { ErrorNote } from './error-note.js';
import { Loading } from './loading.js';

interface PendingPageProps {
  /** What the page would show. */
  title: string;
  error: Error | null;
  onRetry: () => void;
}

/** In place of a page whose subject is not read yet, or cannot be. */
export function PendingPage({ title, error, onRetry }: PendingPageProps) {
  if (!error) return <Loading rows={8} />;
  return (
    <>
      <h1>{title}</h1>
      <ErrorNote error={error} onRetry={onRetry} />
    </>
  );
}
