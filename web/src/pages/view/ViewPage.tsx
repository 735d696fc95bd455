import { lazy, Suspense, useCallback } from 'react';
import { answerOf, api } from '../../api/client';
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
  const share = useCallback(
    () => answerOf(api.POST('/jobs/{job_id}/shares', { params: { path: { job_id: id } }, body: {} })),
    [id],
  );
  const file = (name: string) => `/jobs/${id}/files/${name}`;
  return (
    <main className={styles.stage}>
      <Suspense fallback={<Waiting />}>
        <SplatViewer
          sceneUrl={file('scene.sog')}
          geoUrl={file('geo.json')}
          chrome={!embedded}
          photoUrl={(photo) => `/jobs/${id}/photos/${encodeURIComponent(photo.name)}`}
          links={{ page: `/view/${id}`, embed: `/embed/${id}` }}
          {...(id === FOLDER ? {} : { backHref: `/captures/${id}`, onShare: share })}
          {...(title ? { title } : {})}
        />
      </Suspense>
    </main>
  );
}
