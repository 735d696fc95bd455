import { lazy, Suspense, useCallback, useState } from 'react';
import type { Session } from '../../api/session';
import { ErrorBoundary } from '../../shell/ErrorBoundary';
import { SignInWay } from '../../shell/SignIn';
import { usePageTitle } from '../../shell/usePageTitle';
import { ButtonLink } from '../../ui/Button';
import { words } from '../../words';
import styles from './Landing.module.css';

const SplatViewer = lazy(() => import('../../viewer/SplatViewer'));
const SCENE = '/village.sog';

/** What Spaceport does, in one screen: words, a scene to turn, and one button. */
export function Landing({ session }: { session: Session | null }) {
  usePageTitle(null);
  return (
    <>
      <div className={styles.hero}>
        <div className={styles.text}>
          <h1 className={styles.title}>{words.landing.title}</h1>
          <p className={styles.body}>{words.landing.body}</p>
          {session ? <SignInWay session={session} /> : (
            <div><ButtonLink href="/new" look="primary" icon="upload">{words.landing.action}</ButtonLink></div>
          )}
        </div>
        <Scene />
      </div>
      <ol className={styles.steps}>
        {words.landing.steps.map(([title, body]) => (
          <li key={title}><h2>{title}</h2><p>{body}</p></li>
        ))}
      </ol>
    </>
  );
}

function Scene() {
  const [isLoaded, setLoaded] = useState(false);
  const loaded = useCallback(() => setLoaded(true), []);
  return (
    <figure className={styles.scene} data-loaded={isLoaded}>
      <div className={styles.frame}>
        <ErrorBoundary resetKey={SCENE}>
          <Suspense fallback={null}>
            <SplatViewer sceneUrl={SCENE} chrome={false} title={words.landing.scene} onLoaded={loaded} />
          </Suspense>
        </ErrorBoundary>
      </div>
      <figcaption>{words.landing.sceneNote}</figcaption>
    </figure>
  );
}
