import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useSession } from '../api/session';
import { Icon } from '../ui/Icon';
import { words } from '../words';
import styles from './Layout.module.css';
import { Offline } from './Offline';
import { SignOut } from './SignIn';
import { ThemeSwitch } from './ThemeSwitch';

const PAGES = [
  { path: '/captures', name: words.nav.captures, icon: 'grid' },
  { path: '/plan-flight', name: words.nav.plan, icon: 'route' },
  { path: '/new', name: words.nav.newCapture, icon: 'plus' },
] as const;

/** Header, navigation and the one `main`; a change of page moves the focus there. */
export function Layout({ wide = false, children }: { wide?: boolean; children: ReactNode }) {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const session = useSession().data;
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <>
      <a className={`visually-hidden ${styles.skip}`} href="#main">{words.skip}</a>
      <header className={styles.header}>
        <div className={`${styles.bar} ${wide ? styles.barWide : ''}`}>
          <Link href="/" className={styles.brand} aria-label={words.nav.home}>
            <img src="/icon.svg" alt="" width={28} height={28} />
            <span className={styles.name}>{words.product}</span>
          </Link>
          <nav aria-label={words.nav.label}>
            <ul className={styles.links}>
              {PAGES.map((page) => (
                <li key={page.path}>
                  <Link
                    href={page.path}
                    className={page.path === '/new' ? styles.primary : styles.link}
                    aria-current={path === page.path ? 'page' : undefined}
                  >
                    <Icon name={page.icon} />
                    <span className={styles.label}>{page.name}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          {session?.mode === 'cognito' && session.signedIn ? <SignOut /> : null}
          <ThemeSwitch />
        </div>
        <Offline />
      </header>
      <main id="main" ref={main} tabIndex={-1} className={wide ? styles.wide : styles.main}>
        {children}
      </main>
    </>
  );
}
