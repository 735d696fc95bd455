// A scene's page by its address (`viewer.html`): without the rest of the app, and its files are asked
// for before anything is drawn.
import { Suspense, useEffect } from 'react';
import { Switch, useLocation } from 'wouter';
import { beginFile, fileOf, sharedFileOf } from './api/files';
import { ErrorBoundary } from './shell/ErrorBoundary';
import { start } from './shell/start';
import { viewerRoutes } from './shell/viewerRoutes';
import { Waiting } from './ui/Waiting';

const OWN = /^\/(?:view|embed)\/([^/]+)$/;
const SHARED = /^\/(?:embed\/)?s\/([^/]+)$/;

function beginFiles(path: string): void {
  const job = OWN.exec(path)?.[1];
  const token = SHARED.exec(path)?.[1];
  if (job) for (const name of ['coarse.sog', 'geo.json']) beginFile(fileOf(decodeURIComponent(job), name));
  else if (token) beginFile(sharedFileOf(decodeURIComponent(token), 'coarse.sog'));
}

function ViewerApp() {
  const [path] = useLocation();
  return (
    <ErrorBoundary resetKey={path}>
      <Suspense fallback={<Waiting />}>
        <Switch>{viewerRoutes}<Elsewhere /></Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

/** A way out of the scene leads to another document: the app, or, in a frame, what may not be framed. */
function Elsewhere() {
  useEffect(() => location.reload(), []);
  return <Waiting />;
}

beginFiles(location.pathname);
void start(<ViewerApp />);
