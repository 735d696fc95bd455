import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { answerOf, api } from '../../api/client';
import { ApiError } from '../../api/problem';
import { Layout } from '../../shell/Layout';
import { usePageTitle } from '../../shell/usePageTitle';
import { Empty } from '../../ui/Empty';
import { ErrorNotice } from '../../ui/Notice';
import { Waiting } from '../../ui/Waiting';
import { words } from '../../words';
import styles from './SharedPage.module.css';

const SplatViewer = lazy(() => import('../../viewer/SplatViewer'));

/** One scene, read only, for whoever has the link; no sign-in. */
export default function SharedPage({ token }: { token: string }) {
  const scene = useQuery({
    queryKey: ['shared', token],
    queryFn: () => answerOf(api.GET('/shared/{token}', { params: { path: { token } } })),
  });
  usePageTitle(scene.data?.title ?? words.shared.title);
  if (scene.error) {
    const isGone = scene.error instanceof ApiError && scene.error.status === 404;
    return (
      <Layout>
        {isGone
          ? <Empty icon="info" title={words.shared.gone} heading="h1">{words.shared.goneBody}</Empty>
          : <><h1 className="visually-hidden">{words.shared.title}</h1><ErrorNotice error={scene.error} onRetry={() => scene.refetch()} /></>}
      </Layout>
    );
  }
  const files = scene.data?.files;
  const sceneUrl = files?.['scene.sog'];
  return (
    <main className={styles.stage}>
      <h1 className="visually-hidden">{scene.data?.title ?? words.shared.title}</h1>
      {scene.data && sceneUrl ? (
        <Suspense fallback={<Waiting />}>
          <SplatViewer sceneUrl={sceneUrl} title={scene.data.title} chrome {...(files['geo.json'] && { geoUrl: files['geo.json'] })} />
        </Suspense>
      ) : <Waiting />}
    </main>
  );
}
