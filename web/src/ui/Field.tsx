import { type InputHTMLAttributes, useId } from 'react';
import styles from './Field.module.css';

/** A text field under its label. */
export function Field({ label, unit, ...rest }: { label: string; unit?: string } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.box}>
        <input id={id} {...rest} />
        {unit ? <span className={styles.unit}>{unit}</span> : null}
      </div>
    </div>
  );
}
