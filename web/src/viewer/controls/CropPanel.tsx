import { useEffect } from 'react';
import { Button } from '../../ui/Button';
import type { Box } from '../engine/crop';
import { words } from '../words';
import styles from './lists.module.css';
import { Panel } from './Panel';

interface Props {
  whole: Box | null;
  box: Box | null;
  isOn: boolean;
  onBox: (box: Box | null) => void;
  onSwitch: (isOn: boolean) => void;
  onClose: () => void;
}

const AXES = ['east', 'north', 'up'] as const;
const ENDS = ['low', 'high'] as const;
type End = (typeof ENDS)[number];
const DIGITS = 1;
const STEPS = 100;

export function CropPanel({ whole, box, isOn, onBox, onSwitch, onClose }: Props) {
  const shown = box ?? whole;
  useEffect(() => { if (!box && whole) onBox(whole); }, [box, whole, onBox]);
  if (!shown || !whole) return null;
  const move = (end: End, column: number, value: number) => {
    if (!Number.isFinite(value)) return;
    const corner = shown[end].map((old, index) => (index === column ? value : old)) as unknown as Box['low'];
    onBox({ ...shown, [end]: corner });
    onSwitch(true);
  };
  return (
    <Panel title={words.crop.title} onClose={onClose}>
      <label className={styles.check}>
        <input type="checkbox" checked={isOn} onChange={(event) => onSwitch(event.target.checked)} />
        {words.crop.on}
      </label>
      <div className={styles.edges}>
        {AXES.map((axis, column) => {
          const [low, high] = [whole.low[column] as number, whole.high[column] as number];
          const step = 10 ** Math.floor(Math.log10(Math.max((high - low) / STEPS, 1e-6)));
          return (
            <fieldset key={axis} className={styles.edge}>
              <legend>{words.crop.axes[axis]}</legend>
              {ENDS.map((end) => (
                <label key={end}>
                  {words.crop[end]}
                  <input type="number" step={step} aria-label={words.crop.edge(words.crop.axes[axis], words.crop[end])}
                    value={Number((shown[end][column] as number).toFixed(DIGITS))}
                    onChange={(event) => move(end, column, event.target.valueAsNumber)} />
                  <input type="range" min={low} max={high} step={step} aria-label={words.crop.edge(words.crop.axes[axis], words.crop[end])}
                    value={shown[end][column] as number}
                    onChange={(event) => move(end, column, event.target.valueAsNumber)} />
                </label>
              ))}
            </fieldset>
          );
        })}
      </div>
      <div className={styles.actions}><Button onClick={() => { onBox(whole); onSwitch(false); }}>{words.crop.reset}</Button></div>
    </Panel>
  );
}
