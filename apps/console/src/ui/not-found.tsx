import { Link } from 'wouter';
import { Empty } from './empty.js';
import { useTitle } from './use-title.js';

export function NotFound() {
  useTitle('No such page');
  return (
    <>
      <h1>There is no such page</h1>
      <Empty title="The address may be mistyped, or from another version">
        Go to your <Link href="/">home page</Link>, or find a <Link href="/procs">proc</Link>.
      </Empty>
    </>
  );
}
