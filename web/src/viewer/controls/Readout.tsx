import { useEffect, useState } from 'react';
import { type Origin, toEarth, type Triple } from '../engine/frame';
import type { Scene } from '../engine/scene';
import { words } from '../words';
import styles from './Readout.module.css';

const REST_MS = 90;

/** What lies under the pointer, in the scene's frame and on Earth; once it rests, not while it drags. */
export function Readout({ scene, origin, isScaled }: { scene: Scene; origin: Origin | null; isScaled: boolean }) {
  const [point, setPoint] = useState<Triple | null>(null);
  useEffect(() => {
    const { canvas } = scene;
    let timer = 0;
    let asked = 0;
    const forget = () => { clearTimeout(timer); asked += 1; };
    const leave = () => { forget(); setPoint(null); };
    const ask = async (x: number, y: number, turn: number) => {
      const found = await scene.pick(x, y);
      if (turn === asked) setPoint(found);
    };
    const move = (event: PointerEvent) => {
      forget();
      if (event.buttons !== 0 || event.pointerType === 'touch') return;
      timer = window.setTimeout(() => void ask(event.offsetX, event.offsetY, asked), REST_MS);
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerleave', leave);
    return () => {
      leave();
      canvas.removeEventListener('pointermove', move);
      canvas.removeEventListener('pointerleave', leave);
    };
  }, [scene]);
  if (!point) return null;
  const place = origin ? toEarth(point, origin) : null;
  return (
    <p className={styles.readout} aria-label={words.readout.label} role="note">
      <span>{(isScaled ? words.readout.local : words.readout.units)(...point)}</span>
      {place ? <span>{words.readout.earth(place.latitudeDeg, place.longitudeDeg, place.altitudeM)}</span> : null}
    </p>
  );
}
