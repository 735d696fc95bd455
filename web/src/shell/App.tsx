import { lazy, type ReactNode, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';

import { useSession } from '../api/session';

import { Waiting } from '../ui/Waiting';
import { ErrorBoundary } from './ErrorBoundary';
import { Layout } from './Layout';
import { NotFound } from './NotFound';
import { SignIn } from './SignIn';
import { viewerRoutes } from './viewerRoutes';

const HomePage = lazy(() => import('../pages/landing/HomePage'));
const CapturesPage = lazy(() => import('../pages/captures/CapturesPage'));
const NewPage = lazy(() => import('../pages/new/NewPage'));
const JobPage = lazy(() => import('../pages/job/JobPage'));
const ViewPage = lazy(() => import('../pages/view/ViewPage'));
const SharedPage = lazy(() => import('../pages/shared/SharedPage'));
const PlanPage = lazy(() => import('../pages/plan/PlanPage'));

/** Paths never collide with the API's (`/jobs`, `/uploads`, `/drone-path`, ...): same origin. */
export function App() {
  const [path] = useLocation();
  return (
    <ErrorBoundary resetKey={path}>
      <Suspense fallback={<Framed><Waiting lines={5} /></Framed>}>
        <Switch>
          {viewerRoutes({ ViewPage, SharedPage })}
          <Route path="/"><Framed><HomePage /></Framed></Route>
          <Route path="/captures"><Framed><CapturesPage /></Framed></Route>
          <Route path="/captures/:id">{({ id }) => <Framed><JobPage key={id} id={id} /></Framed>}</Route>
          <Route path="/new"><Framed><NewPage /></Framed></Route>
          <Route path="/plan-flight"><Framed wide><PlanPage /></Framed></Route>
          <Route><Framed><NotFound /></Framed></Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

function Framed({ wide = false, children }: { wide?: boolean; children: ReactNode }) {
  const [path] = useLocation();
  const session = useSession();
  const mustSignIn = path !== '/' && session.data?.signedIn === false;
  return (
    <Layout wide={wide}>
      <ErrorBoundary resetKey={path}>
        <Suspense fallback={<Waiting lines={5} />}>
          {mustSignIn && session.data ? <SignIn session={session.data} /> : children}
        </Suspense>
      </ErrorBoundary>
    </Layout>
  );
}
