import { useState } from 'react';

export type Theme = 'auto' | 'light' | 'dark';
const KEY = 'spaceport.theme';

function remembered(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

function show(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** As it was chosen in this browser, before the first paint. */
export function showRememberedTheme(): void {
  show(remembered());
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(remembered);
  return [
    theme,
    (next) => {
      localStorage.setItem(KEY, next);
      show(next);
      setTheme(next);
    },
  ];
}
