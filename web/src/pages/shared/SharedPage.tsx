import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { annotationsOfShare } from '../../api/annotations';
import { answerOf, api } from '../../api/client';
import { sharedFileOf } from '../../api/files';
import { ApiError } from '../../api/problem';
import type { SharedScene } from '../../api/schema';
import { embedPathOf } from '../../sharing/links';
import { usePageTitle } from '../../shell/usePageTitle';
import { Empty } from '../../ui/Empty';
import { ErrorNotice } from '../../ui/Notice';
import { Waiting } from '../../ui/Waiting';
import type { Geo } from '../../viewer/engine/geo';
import { words } from '../../words';
import styles from './SharedPage.module.css';

/** What mail programs add at its end (a full stop, a bracket) is none of it. */
const TOKEN = /^[A-Za-z0-9_-]{43}/;
/** Only around a refusal: a scene stands alone. */
const Layout = lazy(() => import('../../shell/Layout').then((module) => ({ default: module.Layout })));
const SplatViewer = lazy(() => import('../../viewer/SplatViewer'));

/** One scene, read only, for whoever has the link; `embedded` in a frame of anybody's page. */
export default function SharedPage({ token: said, embedded }: { token: string; embedded: boolean }) {
  const token = TOKEN.exec(said)?.[0];
  if (token) return <Shared key={token} token={token} embedded={embedded} />;
  return <Around embedded={embedded}><Empty icon="info" title={words.shared.cut} heading="h1">{words.shared.cutBody}</Empty></Around>;
}

/** In somebody else's page there is no way on to ours. */
function Around({ embedded, children }: { embedded: boolean; children: ReactNode }) {
  return embedded ? <main>{children}</main> : <Layout>{children}</Layout>;
}

function Shared({ token, embedded }: { token: string; embedded: boolean }) {
  const scene = useQuery({
    queryKey: ['shared', token],
    queryFn: () => answerOf(api.GET('/shared/{token}', { params: { path: { token } } })),
  });
  const frame = useMemo(() => scene.data && frameOf(scene.data.frame), [scene.data]);
  const annotations = useMemo(() => annotationsOfShare(token), [token]);
  usePageTitle(scene.data?.title ?? words.shared.title);
  if (scene.error) {
    return <Around embedded={embedded}><Refused error={scene.error} onRetry={() => scene.refetch()} /></Around>;
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
            firstUrl={sharedFileOf(token, 'first.sog')}
            {...(frame && { frame })} />
        </Suspense>
      ) : <Waiting />}
    </main>
  );
}

/** What measuring needs; of the photos a visitor is told nothing. */
function frameOf({ gpsRmsM, origin }: SharedScene['frame']): Geo {
  const at = origin && { latitude_deg: origin.latitudeDeg, longitude_deg: origin.longitudeDeg, altitude_m: origin.altitudeM };
  return { origin: at, isMetric: gpsRmsM !== null, groundUp: null, gpsRmsM, photos: [] };
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
