import { Icon } from '../ui/Icon';
import { words } from '../words';
import styles from './Layout.module.css';
import { type Theme, useTheme } from './theme';

const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  const name = `${words.nav.theme.label}: ${words.nav.theme[theme]}`;
  return (
    <button type="button" className={styles.theme} title={name} aria-label={name}
      onClick={() => setTheme(NEXT[theme])}>
      <Icon name={({ auto: 'contrast', light: 'sun', dark: 'moon' } as const)[theme]} />
    </button>
  );
}
