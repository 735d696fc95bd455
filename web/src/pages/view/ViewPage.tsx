import { lazy, Suspense } from 'react';
import { Waiting } from '../../ui/Waiting';
import styles from './ViewPage.module.css';

const SplatViewer = lazy(() => import('../../viewer/SplatViewer'));

/** The viewer over the whole window; `embedded` leaves out all that is not the scene. */
export default function ViewPage({ id, embedded }: { id: string; embedded: boolean }) {
  const file = (name: string) => `/jobs/${id}/files/${name}`;
  return (
    <main className={styles.stage}>
      <Suspense fallback={<Waiting />}>
        <SplatViewer sceneUrl={file('scene.sog')} geoUrl={file('geo.json')} chrome={!embedded} />
      </Suspense>
    </main>
  );
}
