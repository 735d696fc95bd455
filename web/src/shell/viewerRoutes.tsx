import type { ComponentType } from 'react';
import { Route } from 'wouter';

interface Pages {
  ViewPage: ComponentType<{ id: string; embedded: boolean }>;
  SharedPage: ComponentType<{ token: string; embedded: boolean }>;
}

/** The pages that are nothing but a scene: part of the app, and each a document of its own. */
export const viewerRoutes = ({ ViewPage, SharedPage }: Pages) => [
  <Route key="embed" path="/embed/:id">{({ id }) => <ViewPage key={id} id={id} embedded />}</Route>,
  <Route key="view" path="/view/:id">{({ id }) => <ViewPage key={id} id={id} embedded={false} />}</Route>,
  <Route key="shared" path="/s/:token">{({ token }) => <SharedPage key={token} token={token} embedded={false} />}</Route>,
  <Route key="frame" path="/embed/s/:token">{({ token }) => <SharedPage key={token} token={token} embedded />}</Route>,
];
