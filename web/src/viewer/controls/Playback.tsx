import { useEffect, useState } from 'react';
import type { Scene } from '../engine/scene';
import { useEngine } from '../useScene';
import { words } from '../words';
import styles from './Playback.module.css';
import { ToolButton } from './ToolButton';

const SHOWN_MS = 100;

/** The drone's flight: play, pause, and where in it. */
export function Playback({ scene, onClose }: { scene: Scene; onClose: () => void }) {
  const { state } = scene.handle;
  const isPaused = useEngine(scene, 'animationPaused', true);
  const [now, setNow] = useState(state.animationTime);
  useEffect(() => {
    const timer = setInterval(() => setNow(state.animationTime), SHOWN_MS);
    return () => clearInterval(timer);
  }, [state]);
  const all = state.animationDuration;
  return (
    <div className={styles.playback} role="group" aria-label={words.flight.label}>
      <ToolButton icon={isPaused ? 'play' : 'pause'} name={isPaused ? words.flight.play : words.flight.pause}
        onClick={() => { state.animationPaused = !isPaused; }} />
      <input type="range" className={styles.seek} min={0} max={all} step={0.1} value={now} aria-label={words.flight.seek}
        aria-valuetext={words.flight.time(now, all)}
        onChange={(event) => { scene.handle.seek(event.target.valueAsNumber); setNow(event.target.valueAsNumber); }} />
      <span className={styles.time}>{words.flight.time(now, all)}</span>
      <ToolButton icon="close" name={words.tools.close} onClick={onClose} />
    </div>
  );
}
