import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { words } from '../words';
import styles from './Layout.module.css';

export function Offline() {
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  );
  return <div role="status">{online ? null : <p className={styles.offline}>{words.offline}</p>}</div>;
}
