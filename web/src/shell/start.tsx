import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client } from '../api/queries';
import '../styles/base.css';
import { showRememberedTheme } from './theme';

/** Puts an app into the page. */
export function start(app: ReactNode): void {
  showRememberedTheme();
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode><QueryClientProvider client={client}>{app}</QueryClientProvider></StrictMode>,
  );
}
