import type { ButtonHTMLAttributes } from 'react';
import { Link } from 'wouter';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon';

interface Look {
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
}

function classOf(look: NonNullable<Look['look']>): string {
  return `${styles.button} ${styles[look]}`;
}

export function Button({
  look = 'plain', icon, busy = false, children, disabled, ...rest
}: Look & { busy?: boolean } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...rest} className={classOf(look)} disabled={disabled || busy}
      aria-busy={busy || undefined}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}

/** A link that looks like a button: to another page of the app. */
export function ButtonLink({ look = 'plain', icon, href, children }: Look & { href: string; children: string }) {
  return (
    <Link href={href} className={classOf(look)}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </Link>
  );
}
