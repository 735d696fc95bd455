import type { ButtonHTMLAttributes } from 'react';
import { Glyph, type ViewerIcon } from '../icons';
import styles from './ToolButton.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: ViewerIcon;
  name: string;
  /** Its name is written beside it where there is room. */
  labelled?: boolean;
}

/** A round button with an icon; its name is its accessible name and its tooltip. */
export function ToolButton({ icon, name, labelled = false, ...rest }: Props) {
  return (
    <button type="button" {...rest} className={styles.button} aria-label={name} title={name}>
      <Glyph name={icon} />
      {labelled ? <span className={styles.label} aria-hidden="true">{name}</span> : null}
    </button>
  );
}
