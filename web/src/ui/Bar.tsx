import styles from './Bar.module.css';

/** How far something is; `share` from 0 to 1, null while that is not known. */
export function Bar({ share, name }: { share: number | null; name: string }) {
  return (
    <progress className={styles.bar} aria-label={name} max={1} {...(share !== null && { value: Math.min(1, share) })} />
  );
}
