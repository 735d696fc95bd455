// The one place that knows maplibre: its worker is a file of ours, so that the CSP stays 'self'.
import './maplibre.css';
import { setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';

setWorkerUrl(workerUrl);
export * from 'maplibre-gl';
