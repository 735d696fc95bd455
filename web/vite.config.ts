import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { onlyNeeded } from './tools/drones.ts';
import { bundleLimits } from './tools/limits.ts';
import { preload } from './tools/preload.ts';
import { scenePage } from './tools/scenePage.ts';

const API = process.env.SPACEPORT_API ?? 'http://127.0.0.1:8080';
const API_PATHS = [
  'jobs', 'uploads', 'batches', 'estimates', 'options', 'start-job', 'find-job', 'drone-path',
  'webhooks', 'session', 'shares', 'shared', 'unsubscribe', 'outbox',
];

/** What is always needed together is one file: on a slow machine each costs more than its bytes. */
const TOGETHER = [
  {
    name: 'base',
    test: /rolldown\/runtime|node_modules\/(react|react-dom|scheduler|wouter|regexparam|@tanstack|openapi-fetch)\/|src\/(words\.ts|shell\/(start|theme|ErrorBoundary|usePageTitle|viewerRoutes)|api\/(client|problem|queries|files)|auth\/(tokens|config)|ui\/(Button|Icon|Notice|Waiting|Empty))/,
  },
  { name: 'scene', test: /src\/(viewer\/((annotations|engine\/(geo|view|frame|overlay))\.ts|.*\.module\.css)|sharing\/|format\.ts|ui\/(Copied|FileImage)|api\/(shares|annotations)|pages\/(view|shared)\/)/ },
];

export default defineConfig({
  plugins: [
    react(),
    onlyNeeded(),
    scenePage('index.html', 'viewer.html'),
    preload('viewer.html', '/src/early.ts', ['/viewer/SplatViewer.tsx']),
    bundleLimits([
      { name: 'shell', entries: (id) => id.endsWith('/index.html'), kilobytes: 100 },
      {
        name: 'map',
        entries: (id) => id.includes('/src/map/'),
        assets: (name) => name.includes('maplibre-gl-worker'),
        kilobytes: 480,
      },
      { name: 'page', entries: (id) => id.includes('/src/pages/'), kilobytes: 60 },
      { name: 'viewer', entries: (id) => id.includes('/src/viewer/'), kilobytes: 620 },
    ]),
  ],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0, // the CSP allows no data: scripts, and workers are files
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', viewer: 'viewer.html', early: 'src/early.ts' },
      output: { codeSplitting: { groups: TOGETHER } },
    },
    chunkSizeWarningLimit: 3000, // tools/limits.ts is stricter and counts what is truly loaded
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts?(x)'] },
  server: { proxy: { [`^/(${API_PATHS.join('|')})(/|\\?|$)`]: API } },
});
