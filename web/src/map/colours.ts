import { useSyncExternalStore } from 'react';

const NAMES = ['paper', 'sunken', 'surface', 'line', 'line-strong', 'ink', 'ink-soft', 'accent', 'accent-wash', 'good', 'warn', 'bad'] as const;
export type Colours = Record<(typeof NAMES)[number], string>;

let known: { theme: string; colours: Colours } | null = null;
const dark = window.matchMedia('(prefers-color-scheme: dark)');

function theme(): string {
  return document.documentElement.dataset['theme'] ?? (dark.matches ? 'dark' : 'light');
}

/** The tokens as the present theme has them: a canvas knows no variables. */
function read(): Colours {
  if (known?.theme === theme()) return known.colours;
  const probe = document.createElement('i');
  document.body.append(probe);
  const colours = Object.fromEntries(NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  })) as Colours;
  probe.remove();
  known = { theme: theme(), colours };
  return colours;
}

function subscribe(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  dark.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', changed);
  };
}

export function useColours(): Colours {
  return useSyncExternalStore(subscribe, read);
}
