import type { Shown } from '../../map/PlanMap';
import { HEAT } from '../../plan/heat';
import { words } from '../../words';
import styles from './Layers.module.css';

const NAMES = ['coverage', 'footprints', 'inSpace'] as const;

/** What the map shows, and what its colours mean. */
export function Layers({ shown, onChange }: { shown: Shown; onChange: (shown: Shown) => void }) {
  return (
    <div className={styles.layers}>
      <fieldset className={styles.boxes}>
        <legend className="visually-hidden">{words.plan.show}</legend>
        {NAMES.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={shown[name]} onChange={(event) => onChange({ ...shown, [name]: event.target.checked })} />
            {words.plan[name]}
          </label>
        ))}
      </fieldset>
      {shown.coverage ? (
        <ul className={styles.legend}>
          {HEAT.map(([from, colour], index) => (
            <li key={from}><span className={styles.swatch} style={{ background: colour }} />{rangeOf(from, HEAT[index + 1]?.[0])}</li>
          ))}
          <li>{words.plan.views}</li>
        </ul>
      ) : null}
    </div>
  );
}

function rangeOf(from: number, next: number | undefined): string {
  return next === undefined ? `${from}+` : `${from}–${next - 1}`;
}
