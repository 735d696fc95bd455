import { type ReactNode, useId } from 'react';
import type { Pattern } from '../../api/schema';
import { number } from '../../format';
import type { Area } from '../../plan/area';
import { DRONES } from '../../plan/drones';
import { uses, type Wishes } from '../../plan/wishes';
import { Button } from '../../ui/Button';
import { words } from '../../words';
import styles from './WishesForm.module.css';

interface Props {
  wishes: Wishes;
  area: Area | null;
  onChange: (wishes: Wishes) => void;
  canPlan: boolean;
  isBusy: boolean;
  isStale: boolean;
}

const PATTERNS = Object.entries(words.plan.patterns) as [Pattern, readonly [string, string]][];

export function WishesForm({ wishes, area, onChange, canPlan, isBusy, isStale }: Props) {
  const set = (change: Partial<Wishes>) => onChange({ ...wishes, ...change });
  return (
    <>
      <div className={styles.fields}>
        <Select label={words.plan.drone} value={wishes.drone} onChange={(drone) => set({ drone })}>
          {DRONES.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </Select>
        <Select label={words.plan.pattern} value={wishes.pattern} onChange={(pattern) => set({ pattern: pattern as Pattern })}>
          {PATTERNS.map(([id, [name, note]]) => <option key={id} value={id}>{name}: {note}</option>)}
        </Select>
        <Slider label={words.plan.gsd} unit="cm" min={0.5} max={10} step={0.1} value={wishes.gsdCm} onChange={(gsdCm) => set({ gsdCm })} />
        <Slider label={words.plan.front} unit="%" min={50} max={95} step={1} value={wishes.frontPct} onChange={(frontPct) => set({ frontPct })} />
        <Slider label={words.plan.side} unit="%" min={50} max={95} step={1} value={wishes.sidePct} onChange={(sidePct) => set({ sidePct })} />
        {uses.radius(wishes, area) ? <Slider label={words.plan.radius} unit="m" min={5} max={200} step={1} value={wishes.radiusM} onChange={(radiusM) => set({ radiusM })} /> : null}
        {uses.width(wishes) ? <Slider label={words.plan.width} unit="m" min={10} max={500} step={5} value={wishes.widthM} onChange={(widthM) => set({ widthM })} /> : null}
        {uses.subject(wishes) ? <Slider label={words.plan.height} unit="m" min={2} max={150} step={1} value={wishes.subjectHeightM} onChange={(subjectHeightM) => set({ subjectHeightM })} /> : null}
      </div>
      <div className={styles.go}>
        {isStale ? <p role="status" className={styles.stale}>{words.plan.stale}</p> : null}
        <Button type="submit" look="primary" icon="drone" disabled={!canPlan} busy={isBusy}>{words.plan.submit}</Button>
      </div>
    </>
  );
}

function Select({ label, value, onChange, children }: { label: string; value: string; onChange: (value: string) => void; children: ReactNode }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>{children}</select>
    </div>
  );
}

interface SliderProps {
  label: string;
  unit: string;
  min: number;
  max: number;
  step: number;
  value: number;
  onChange: (value: number) => void;
}

function Slider({ label, unit, value, onChange, ...range }: SliderProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <div className={styles.line}>
        <label htmlFor={id}>{label}</label>
        <output htmlFor={id}>{number(value)} {unit}</output>
      </div>
      <input id={id} type="range" {...range} value={value} aria-valuetext={`${number(value)} ${unit}`}
        onChange={(event) => onChange(event.target.valueAsNumber)} />
    </div>
  );
}
