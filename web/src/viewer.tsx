// A scene's page by its address (`viewer.html`): without the rest of the app.
import { Suspense, useEffect } from 'react';
import { Switch, useLocation } from 'wouter';
import { ErrorBoundary } from './shell/ErrorBoundary';
import { start } from './shell/start';
import SharedPage from './pages/shared/SharedPage';
import ViewPage from './pages/view/ViewPage';
import { viewerRoutes } from './shell/viewerRoutes';
import { Waiting } from './ui/Waiting';

function ViewerApp() {
  const [path] = useLocation();
  return (
    <ErrorBoundary resetKey={path}>
      <Suspense fallback={<Waiting />}>
        <Switch>{viewerRoutes({ ViewPage, SharedPage })}<Elsewhere /></Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

/** A way out of the scene leads to another document: the app, or, in a frame, what may not be framed. */
function Elsewhere() {
  useEffect(() => location.reload(), []);
  return <Waiting />;
}

void import('./viewer/SplatViewer'); // before anything is drawn that will ask for it
void start(<ViewerApp />);
