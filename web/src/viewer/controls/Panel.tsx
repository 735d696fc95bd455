import { type ReactNode, useEffect, useId, useRef } from 'react';
import { words } from '../words';
import styles from './Panel.module.css';
import { ToolButton } from './ToolButton';

/** A tool's panel: beside the picture, below it on a phone. It takes the focus when it opens. */
export function Panel({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <section className={styles.panel} aria-labelledby={id}
      onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); onClose(); } }}>
      <header className={styles.head}>
        <h2 id={id} ref={heading} tabIndex={-1} className={styles.title}>{title}</h2>
        <ToolButton icon="close" name={words.tools.close} onClick={onClose} />
      </header>
      {/* It may be longer than its place: keys must be able to scroll it. */}
      <div className={styles.body} tabIndex={0} role="group" aria-labelledby={id}>{children}</div>
    </section>
  );
}
