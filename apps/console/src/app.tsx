import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { Route, Router, Switch } from 'wouter';
import { CONSOLE_PATH } from './address.js';
import { queryClient } from './api/query-client.js';
import { HomePage } from './home/home-page.js';
import { Shell } from './layout/shell.js';
import { SignInPage } from './session/sign-in-page.js';
import { useMe } from './session/use-me.js';
import { ErrorNote } from './ui/error-note.js';
import { Loading } from './ui/loading.js';
import { NotFound } from './ui/not-found.js';

const ProcsPage = lazy(() => import('./procs/procs-page.js'));
const ProcPage = lazy(() => import('./procs/proc-page.js'));
const ExecutionsPage = lazy(() => import('./executions/executions-page.js'));
const RunPage = lazy(() => import('./run/run-page.js'));
const SchedulesPage = lazy(() => import('./schedules/schedules-page.js'));
const SchedulePage = lazy(() => import('./schedules/schedule-page.js'));

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Router base={CONSOLE_PATH}>
        <SignedIn>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/" component={HomePage} />
              <Route path="/procs" component={ProcsPage} />
              <Route path="/procs/:name/:action?">
                {({ name, action = 'run' }) =>
                  action === 'run' ? <ProcPage key={name} name={name} /> : <NotFound />
                }
              </Route>
              <Route path="/executions" component={ExecutionsPage} />
              <Route path="/executions/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
              <Route path="/schedules" component={SchedulesPage} />
              <Route path="/schedules/:id">{({ id }) => <SchedulePage key={id} id={id} />}</Route>
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </SignedIn>
      </Router>
    </QueryClientProvider>
  );
}

/** The pages for who is signed in; else the sign-in, in their place. */
function SignedIn({ children }: { children: ReactNode }) {
  const me = useMe();
  if (me.error) return <ErrorNote error={me.error} onRetry={() => void me.refetch()} />;
  if (me.data === undefined) return <Loading />;
  if (me.data === null) return <SignInPage />;
  return <Shell me={me.data}>{children}</Shell>;
}
