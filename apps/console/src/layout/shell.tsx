import { plainLine } from '@app/domain';
import { LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { LiveNote } from '../live/live-note.js';
import { useEvents } from '../live/use-events.js';
import { useSignOut } from '../session/use-sign-out.js';
import type { Me } from '../session/use-me.js';
import { PAGES } from '../palette/palette-items.js';
import { PaletteHost } from '../palette/palette-host.js';
import { Button } from '../ui/button.js';
import { DensitySwitch } from './density-switch.js';
import styles from './shell.module.css';
import { ThemeSwitch } from './theme-switch.js';

/** What is around every page. */
export function Shell({ me, children }: { me: Me; children: ReactNode }) {
  const [path] = useLocation();
  const signOut = useSignOut();
  useEvents();
  const isIn = (href: string) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
  return (
    <>
      <a className={styles['skip']} href="#content">
        Skip to the content
      </a>
      <header className={styles['header']}>
        <Link href="/" className={styles['brand']}>
          Proctor
        </Link>
        <nav aria-label="Sections" className={styles['nav']}>
          {PAGES.map(([href, title]) => (
            <Link key={href} href={href} aria-current={isIn(href) ? 'page' : undefined}>
              {title}
            </Link>
          ))}
        </nav>
        <div className={styles['account']}>
          <span className={styles['email']} title={plainLine(me.email)}>
            {plainLine(me.email)}
          </span>
          <PaletteHost />
          <DensitySwitch />
          <ThemeSwitch />
          {signOut && (
            <Button kind="quiet" isBusy={signOut.isPending} onClick={() => signOut.mutate({})}>
              <LogOut size={16} aria-hidden />
              <span className={styles['wide']}>Sign out</span>
            </Button>
          )}
        </div>
      </header>
      <LiveNote />
      <main id="content" tabIndex={-1} className={styles['content']}>
        {children}
      </main>
    </>
  );
}
