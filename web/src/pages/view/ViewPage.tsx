import { lazy, Suspense, useMemo } from 'react';
import { annotationsOf } from '../../api/annotations';
import { fileOf, photoOf } from '../../api/files';
import { Sharing } from '../../sharing/Sharing';
import { Waiting } from '../../ui/Waiting';
import { usePageTitle } from '../../shell/usePageTitle';
import { useReport } from './report';
import styles from './ViewPage.module.css';

const SplatViewer = lazy(() => import('../../viewer/SplatViewer'));

/** What `spaceport view` calls the one result that it shows; no job has such an id. */
const FOLDER = 'result';

/** The viewer over the whole window; `embedded` leaves out all that is not the scene. */
export default function ViewPage({ id, embedded }: { id: string; embedded: boolean }) {
  const title = useReport(id).data?.title ?? '';
  usePageTitle(title || null);
  const annotations = useMemo(() => annotationsOf(id), [id]);
  return (
    <main className={styles.stage}>
      <Suspense fallback={<Waiting />}>
        <SplatViewer
          sceneUrl={fileOf(id, 'scene.sog')}
          firstUrl={fileOf(id, 'first.sog')}
          geoUrl={fileOf(id, 'geo.json')}
          chrome={!embedded}
          photoUrl={(photo) => photoOf(id, photo.name)}
          links={{ page: `/view/${id}` }}
          {...(id === FOLDER ? {} : {
            annotations,
            backHref: `/captures/${id}`,
            sharing: (view: string) => <Sharing jobId={id} title={title} view={view} />,
          })}
          {...(title ? { title } : {})}
        />
      </Suspense>
    </main>
  );
}
