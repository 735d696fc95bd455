import { useEffect, useId, useState } from 'react';
import { words } from '../words';
import { Button } from './Button';
import styles from './Copied.module.css';

/** A text to take along, with a button that copies it. */
export function Copied({ label, text }: { label: string; text: string }) {
  const [isCopied, setCopied] = useState(false);
  const id = useId();
  const word = isCopied ? words.copied : words.copy;
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  useEffect(() => setCopied(false), [text]);
  return (
    <div className={styles.copied}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.row}>
        <input id={id} readOnly value={text} onFocus={(event) => event.target.select()} />
        <Button onClick={copy} aria-label={`${word}: ${label}`}>{word}</Button>
      </div>
    </div>
  );
}
