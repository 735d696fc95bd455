import type { ReactNode } from 'react';
import { explain } from '../api/problem';
import { words } from '../words';
import { Button } from './Button';
import { Icon } from './Icon';
import styles from './Notice.module.css';

export type Tone = 'info' | 'good' | 'warn' | 'bad';
const ICONS = { info: 'info', good: 'check', warn: 'warn', bad: 'warn' } as const;

interface Props {
  tone?: Tone;
  title?: string;
  children: ReactNode;
  actions?: ReactNode;
}

/** Something to know, in words, with what can be done about it. */
export function Notice({ tone = 'info', title, children, actions }: Props) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={ICONS[tone]} />
      <div className={styles.body}>
        {title ? <p className={styles.title}>{title}</p> : null}
        <div>{children}</div>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
      </div>
    </div>
  );
}

/** A refusal or a failure, with its remedy. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { message, remedy } = explain(error);
  return (
    <Notice tone="bad" title={message} actions={onRetry ? <Button icon="repeat" onClick={onRetry}>{words.tryAgain}</Button> : null}>
      {remedy}
    </Notice>
  );
}
