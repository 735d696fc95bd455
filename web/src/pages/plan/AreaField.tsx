import type { Position } from 'geojson';
import { useRef, useState } from 'react';
import { count } from '../../format';
import { type Area, areaOf, positionsOf } from '../../plan/area';
import { placeOf } from '../../plan/wishes';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { ErrorNotice } from '../../ui/Notice';
import { words } from '../../words';
import styles from './AreaField.module.css';

interface Props {
  area: Area | null;
  isDrawing: boolean;
  onDraw: (isDrawing: boolean) => void;
  onArea: (area: Area) => void;
  onPlace: (place: Position) => void;
}

const MOST_BYTES = 5_000_000;

/** The area: drawn, or from a file, which needs no mouse. */
export function AreaField({ area, isDrawing, onDraw, onArea, onPlace }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<unknown>(null);
  const [text, setText] = useState('');
  const [isBad, setBad] = useState(false);
  const read = async (file: File) => {
    try {
      onArea(areaOf(await file.slice(0, MOST_BYTES).text()));
      setError(null);
    } catch (problem) {
      setError(problem);
    }
  };
  const look = () => {
    const place = placeOf(text);
    setBad(place === null);
    if (place) onPlace(place);
  };
  return (
    <fieldset className={styles.area}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => { event.preventDefault(); const file = event.dataTransfer.files[0]; if (file) void read(file); }}>
      <legend>{words.plan.area}</legend>
      <div className={styles.buttons}>
        <Button icon="route" onClick={() => onDraw(!isDrawing)} aria-pressed={isDrawing}>
          {isDrawing ? words.plan.stopDrawing : words.plan.draw}
        </Button>
        <Button icon="file" onClick={() => input.current?.click()}>{words.plan.file}</Button>
        <input ref={input} type="file" hidden accept=".geojson,.json,.kml" data-testid="area"
          onChange={(event) => { const file = event.target.files?.[0]; if (file) void read(file); event.target.value = ''; }} />
      </div>
      <p role="status" className={styles.note}>{isDrawing ? words.plan.drawing : noteOf(area)}</p>
      {error ? <ErrorNotice error={error} /> : null}
      <div className={styles.place}>
        <Field label={words.plan.place} value={text} inputMode="text" autoComplete="off" aria-invalid={isBad || undefined}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); look(); } }} />
        <Button onClick={look} aria-label={words.plan.goTo} icon="search" />
      </div>
      {isBad ? <p role="alert" className={styles.bad}>{words.plan.goToBad}</p> : null}
    </fieldset>
  );
}

function noteOf(area: Area | null): string {
  if (!area) return words.plan.areaNone;
  const parts = area.type === 'MultiPolygon' ? area.coordinates : area.type === 'Polygon' ? [area.coordinates] : [];
  const rings = parts.reduce((sum, part) => sum + part.length, 0); // each says its first corner twice
  return words.plan.areaIs(parts.length, count(positionsOf(area).length - rings, 'corner'));
}
