import { lazy } from 'react';
import { Route } from 'wouter';

const ViewPage = lazy(() => import('../pages/view/ViewPage'));
const SharedPage = lazy(() => import('../pages/shared/SharedPage'));

/** The pages that are nothing but a scene: part of the app, and each a page of its own. */
export const viewerRoutes = [
  <Route key="embed" path="/embed/:id">{({ id }) => <ViewPage key={id} id={id} embedded />}</Route>,
  <Route key="view" path="/view/:id">{({ id }) => <ViewPage key={id} id={id} embedded={false} />}</Route>,
  <Route key="shared" path="/s/:token">{({ token }) => <SharedPage key={token} token={token} embedded={false} />}</Route>,
  <Route key="frame" path="/embed/s/:token">{({ token }) => <SharedPage key={token} token={token} embedded />}</Route>,
];
