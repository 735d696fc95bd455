import { Button } from '../../ui/Button';
import type { Triple } from '../engine/frame';
import type { Geo } from '../engine/geo';
import { collection, download, shape } from '../engine/geojson';
import { area, distance } from '../engine/measure';
import { words } from '../words';
import styles from './lists.module.css';
import { Panel } from './Panel';

export type Kind = 'distance' | 'height' | 'area';
const KINDS: readonly Kind[] = ['distance', 'height', 'area'];

interface Props {
  kind: Kind;
  points: readonly Triple[];
  geo: Geo | null;
  isMissed: boolean;
  title: string;
  onKind: (kind: Kind) => void;
  onPoints: (points: Triple[]) => void;
  onClose: () => void;
}

export function MeasurePanel({ kind, points, geo, isMissed, title, onKind, onPoints, onClose }: Props) {
  const origin = geo?.origin ?? null;
  const figures = figuresOf(kind, points, geo?.isMetric ?? false);
  const save = () => {
    if (!origin) return;
    const properties = Object.fromEntries([['kind', kind], ...figures]);
    download(`${title}-${kind}.geojson`, collection([{ geometry: shape(points, kind === 'area', origin), properties }]));
  };
  return (
    <Panel title={words.measure.title} onClose={onClose}>
      <fieldset className={styles.kinds} aria-label={words.measure.kind}>
        {KINDS.map((name) => (
          <label key={name}>
            <input type="radio" name="kind" checked={kind === name} onChange={() => onKind(name)} />
            <span>{words.measure.kinds[name]}</span>
          </label>
        ))}
      </fieldset>
      <p className={styles.soft}>{words.measure.hint[kind]}</p>
      {isMissed ? <p className={styles.bad} role="alert">{words.measure.noHit}</p> : null}
      <div role="status" data-points={points.length}>
        {points.length > 0 && figures.length === 0 ? <p>{words.measure.point(points.length)}</p> : null}
        <dl className={styles.figures}>
          {figures.map(([name, figure]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{figure}</dd></div>)}
        </dl>
      </div>
      {geo?.isMetric ? null : <p className={styles.soft}>{words.measure.unscaled}</p>}
      {geo?.isMetric && geo.gpsRmsM != null && figures.length > 0 ? <p className={styles.soft}>{words.measure.accuracy(geo.gpsRmsM)}</p> : null}
      <div className={styles.actions}>
        <Button disabled={points.length === 0} onClick={() => onPoints(points.slice(0, -1))}>{words.measure.undo}</Button>
        <Button disabled={points.length === 0} onClick={() => onPoints([])}>{words.measure.clear}</Button>
        {origin && figures.length > 0 ? <Button icon="download" onClick={save}>{words.measure.save}</Button> : null}
      </div>
    </Panel>
  );
}

function figuresOf(kind: Kind, points: readonly Triple[], isScaled: boolean): [string, string][] {
  const { length, square } = words.measure;
  if (kind === 'area') {
    if (points.length < 3) return [];
    const found = area(points);
    return [
      [words.measure.sloped, square(found.sloped, isScaled)],
      [words.measure.levelArea, square(found.level, isScaled)],
      [words.measure.around, length(found.around, isScaled)],
    ];
  }
  if (points.length < 2) return [];
  const found = distance(points);
  if (kind === 'height') {
    return [[words.measure.height, length(Math.abs(found.rise), isScaled)], [words.measure.level, length(found.level, isScaled)]];
  }
  return [
    [words.measure.straight, length(found.straight, isScaled)],
    [words.measure.level, length(found.level, isScaled)],
    [words.measure.rise, length(found.rise, isScaled)],
  ];
}
