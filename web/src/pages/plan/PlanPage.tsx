import { useMutation } from '@tanstack/react-query';
import type { FeatureCollection, Position } from 'geojson';
import { lazy, Suspense, useMemo, useState } from 'react';
import { answerOf, api } from '../../api/client';
import type { PlanAnswer } from '../../api/schema';
import type { Drawn, Shown } from '../../map/PlanMap';
import type { Area } from '../../plan/area';
import { droneOf } from '../../plan/drones';
import { type Checked, plannedPhotos, ringOf, type PlannedPhoto } from '../../plan/planned';
import { FIRST, requestOf, type Wishes } from '../../plan/wishes';
import { ErrorBoundary } from '../../shell/ErrorBoundary';
import { usePageTitle } from '../../shell/usePageTitle';
import { ErrorNotice } from '../../ui/Notice';
import { Waiting } from '../../ui/Waiting';
import { words } from '../../words';
import { AreaField } from './AreaField';
import { CheckPhotos } from './CheckPhotos';
import { Layers } from './Layers';
import styles from './PlanPage.module.css';
import { Result } from './Result';
import { WishesForm } from './WishesForm';

const PlanMap = lazy(() => import('../../map/PlanMap'));

interface Planned {
  answer: PlanAnswer;
  photos: PlannedPhoto[];
  coverage: FeatureCollection | null;
  /** What was asked, to tell whether the page has changed since. */
  asked: string;
  drone: string;
}

async function makePlan(area: Area, wishes: Wishes): Promise<Planned> {
  // openapi-fetch makes lists of tuples.
  const answer = (await answerOf(api.POST('/drone-path', { body: requestOf(area, wishes) }))) as PlanAnswer;
  const [plan, coverage] = await Promise.all([fileOf(answer, 'plan.geojson'), fileOf(answer, 'coverage.geojson')]);
  return { answer, photos: plan ? plannedPhotos(plan) : [], coverage, asked: JSON.stringify([area, wishes]), drone: wishes.drone };
}

async function fileOf(answer: PlanAnswer, name: string): Promise<FeatureCollection | null> {
  const url = answer.files.find((file) => file.name === name)?.url;
  return url ? ((await (await fetch(url)).json()) as FeatureCollection) : null;
}

export default function PlanPage() {
  usePageTitle(words.plan.title);
  const [area, setArea] = useState<Area | null>(null);
  const [wishes, setWishes] = useState(FIRST);
  const [isDrawing, setDrawing] = useState(false);
  const [centre, setCentre] = useState<Position | null>(null);
  const [shown, setShown] = useState<Shown>({ coverage: true, footprints: false, inSpace: false });
  const [checked, setChecked] = useState<Checked | null>(null);
  const plan = useMutation({ mutationFn: (at: Area) => makePlan(at, wishes), onSuccess: () => setChecked(null) });
  const planned = plan.data ?? null;
  const drawn = useMemo(() => (planned ? drawnOf(planned, checked) : null), [planned, checked]);
  const isStale = planned !== null && planned.asked !== JSON.stringify([area, wishes]);
  const take = (given: Area) => {
    setArea(given);
    setDrawing(false);
  };
  return (
    <>
      <div className={styles.head}>
        <h1>{words.plan.title}</h1>
        <p>{words.plan.intro}</p>
      </div>
      <div className={styles.columns}>
        <form className={styles.form} onSubmit={(event) => { event.preventDefault(); if (area) plan.mutate(area); }}>
          <AreaField area={area} isDrawing={isDrawing} onDraw={setDrawing} onArea={take} onPlace={setCentre} />
          <WishesForm wishes={wishes} area={area} onChange={setWishes} canPlan={area !== null} isBusy={plan.isPending} isStale={isStale} />
          {plan.error ? <ErrorNotice error={plan.error} /> : null}
        </form>
        <div className={styles.mapColumn}>
          <div className={styles.mapBox}>
            <ErrorBoundary resetKey="map">
              <Suspense fallback={<Waiting lines={6} />}>
                <PlanMap name={words.plan.map} area={area} onArea={take} isDrawing={isDrawing} centre={centre} drawn={drawn} shown={shown} />
              </Suspense>
            </ErrorBoundary>
          </div>
          {planned ? (
            <>
              <Layers shown={shown} onChange={setShown} />
              <Result answer={planned.answer} />
              <CheckPhotos photos={planned.photos} checked={checked} onChecked={setChecked} />
            </>
          ) : null}
        </div>
      </div>
    </>
  );
}

function drawnOf({ answer, photos, coverage, drone }: Planned, checked: Checked | null): Drawn {
  const camera = droneOf(drone);
  return {
    sorties: answer.sorties.map((sortie) =>
      sortie.waypoints.map((point) => ({
        lonDeg: point.lon_deg, latDeg: point.lat_deg, heightM: point.height_m, groundM: point.height_m - point.agl_m,
      }))),
    photos: photos.map(({ at }) => at),
    rings: photos.flatMap((photo) => {
      const ring = ringOf(photo, camera);
      return ring ? [ring] : [];
    }),
    coverage,
    missing: checked?.missing.map(({ at }) => at) ?? [],
  };
}
