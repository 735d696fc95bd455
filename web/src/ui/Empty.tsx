import type { ReactNode } from 'react';
import styles from './Empty.module.css';
import { Icon, type IconName } from './Icon';

interface Props {
  icon: IconName;
  title: string;
  heading?: 'h1' | 'h2';
  children: ReactNode;
  action?: ReactNode;
}

/** A page or a list with nothing on it: says why, and what to do next. */
export function Empty({ icon, title, heading: Heading = 'h2', children, action }: Props) {
  return (
    <div className={styles.empty}>
      <span className={styles.icon}><Icon name={icon} size={28} /></span>
      <Heading>{title}</Heading>
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}
