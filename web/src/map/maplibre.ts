// The one place that knows maplibre: its worker is a file of ours, so that the CSP stays 'self'.
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { setWorkerUrl } from 'maplibre-gl';

setWorkerUrl(workerUrl);
export * from 'maplibre-gl';
