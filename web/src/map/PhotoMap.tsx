import type { FeatureCollection, Position } from 'geojson';
import { useEffect, useState } from 'react';
import { type Colours, useColours } from './colours';
import styles from './map.module.css';
import type { Map as MapView } from './maplibre';
import { boundsOf, fit, put, useMap } from './useMap';

export interface MapPhoto {
  name: string;
  at: Position;
  /** The ground it shows, closed; null where that is not known. */
  ring: Position[] | null;
  tone: 'plain' | 'good' | 'warn' | 'bad' | 'faint';
}

interface Props {
  photos: readonly MapPhoto[];
  name: string;
}

/** Where photos were taken and what ground they show. */
export default function PhotoMap({ photos, name }: Props) {
  const { container, map } = useMap();
  const colours = useColours();
  const extent = JSON.stringify(boundsOf(photos.flatMap(({ at, ring }) => [at, ...(ring ?? [])])));
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    if (!map) return;
    const done = () => setDrawn(true);
    show(map, photos, colours);
    setDrawn(false);
    map.once('idle', done);
    return () => { map.off('idle', done); };
  }, [map, photos, colours]);
  useEffect(() => {
    const bounds = JSON.parse(extent);
    if (map && bounds) fit(map, bounds);
  }, [map, extent]);
  return <div ref={container} className={styles.map} role="region" aria-label={name} data-ready={map !== null} data-drawn={isDrawn} />;
}

function show(map: MapView, photos: readonly MapPhoto[], colours: Colours): void {
  put(map, 'footprints', collection(photos.filter(({ ring }) => ring), ({ ring }) => ({ type: 'Polygon', coordinates: [ring as Position[]] })));
  put(map, 'photos', collection(photos, ({ at }) => ({ type: 'Point', coordinates: at })));
  const tone = ['match', ['get', 'tone'], 'good', colours.good, 'warn', colours.warn, 'bad', colours.bad, 'faint', colours['line-strong'], colours.accent] as unknown as string;
  for (const layer of ['ground', 'fill', 'line', 'dots']) if (map.getLayer(layer)) map.removeLayer(layer);
  map.addLayer({ id: 'ground', type: 'background', paint: { 'background-color': colours.sunken } });
  map.addLayer({ id: 'fill', type: 'fill', source: 'footprints', paint: { 'fill-color': tone, 'fill-opacity': 0.07 } });
  map.addLayer({ id: 'line', type: 'line', source: 'footprints', paint: { 'line-color': tone, 'line-opacity': 0.35, 'line-width': 1 } });
  map.addLayer({
    id: 'dots', type: 'circle', source: 'photos',
    paint: { 'circle-radius': ['match', ['get', 'tone'], 'faint', 3.5, 4.5], 'circle-color': tone, 'circle-stroke-width': 1.5, 'circle-stroke-color': colours.surface },
  });
}

function collection(photos: readonly MapPhoto[], geometry: (photo: MapPhoto) => GeoJSON.Geometry): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: photos.map((photo) => ({
      type: 'Feature', geometry: geometry(photo), properties: { name: photo.name, tone: photo.tone },
    })),
  };
}
