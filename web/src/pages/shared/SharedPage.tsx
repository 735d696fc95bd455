import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { annotationsOfShare } from '../../api/annotations';
import { answerOf, api } from '../../api/client';
import { ApiError } from '../../api/problem';
import { embedPathOf } from '../../sharing/links';
import { usePageTitle } from '../../shell/usePageTitle';
import { Empty } from '../../ui/Empty';
import { ErrorNotice } from '../../ui/Notice';
import { Waiting } from '../../ui/Waiting';
import { words } from '../../words';
import styles from './SharedPage.module.css';

/** Only around a refusal: a scene stands alone. */
const Layout = lazy(() => import('../../shell/Layout').then((module) => ({ default: module.Layout })));
const SplatViewer = lazy(() => import('../../viewer/SplatViewer'));

/** One scene, read only, for whoever has the link; `embedded` in a frame of anybody's page. */
export default function SharedPage({ token, embedded }: { token: string; embedded: boolean }) {
  const scene = useQuery({
    queryKey: ['shared', token],
    queryFn: () => answerOf(api.GET('/shared/{token}', { params: { path: { token } } })),
  });
  const annotations = useMemo(() => annotationsOfShare(token), [token]);
  usePageTitle(scene.data?.title ?? words.shared.title);
  if (scene.error) {
    const said = <Refused error={scene.error} onRetry={() => scene.refetch()} />;
    // In somebody else's page there is no way on to ours.
    return embedded ? <main>{said}</main> : <Layout>{said}</Layout>;
  }
  const files = scene.data?.files;
  const sceneUrl = files?.['scene.sog'];
  return (
    <main className={styles.stage}>
      <h1 className="visually-hidden">{scene.data?.title ?? words.shared.title}</h1>
      {scene.data && sceneUrl ? (
        <Suspense fallback={<Waiting />}>
          <SplatViewer sceneUrl={sceneUrl} title={scene.data.title} chrome={!embedded} annotations={annotations}
            links={{ page: `/s/${token}`, embed: embedPathOf(`/s/${token}`) }}
            {...(files['coarse.sog'] && { coarseUrl: files['coarse.sog'] })} />
        </Suspense>
      ) : <Waiting />}
    </main>
  );
}

function Refused({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 404) {
    return <Empty icon="info" title={words.shared.gone} heading="h1">{words.shared.goneBody}</Empty>;
  }
  return (
    <>
      <h1 className="visually-hidden">{words.shared.title}</h1>
      <ErrorNotice error={error} onRetry={onRetry} />
    </>
  );
}
