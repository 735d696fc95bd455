import type { Feature, FeatureCollection, Polygon, Position } from 'geojson';
import { useEffect, useRef } from 'react';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { type Area, positionsOf } from '../plan/area';
import { HEAT } from '../plan/heat';
import { type Colours, useColours } from './colours';
import styles from './map.module.css';
import type { Map as MapView } from './maplibre';
import { type AirPoint, pathLayer } from './path3d';
import { boundsOf, fit, put, useMap } from './useMap';

export interface Drawn {
  sorties: AirPoint[][];
  photos: Position[];
  rings: Position[][];
  coverage: FeatureCollection | null;
  missing: Position[];
}

export interface Shown {
  footprints: boolean;
  coverage: boolean;
  inSpace: boolean;
}

interface Props {
  name: string;
  area: Area | null;
  onArea: (area: Area) => void;
  isDrawing: boolean;
  /** Longitude, latitude to look at. */
  centre: Position | null;
  drawn: Drawn | null;
  shown: Shown;
}

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
const TILT_DEG = 60;
const NEAR = 16;

/** Where to fly, drawn with the mouse or given; then the plan over it. */
export default function PlanMap({ name, area, onArea, isDrawing, centre, drawn, shown }: Props) {
  const { container, map } = useMap();
  const colours = useColours();
  useDrawing(map, isDrawing, onArea, colours);
  useEffect(() => {
    if (map) show(map, area, drawn, shown, colours);
  }, [map, area, drawn, shown, colours]);
  useEffect(() => {
    if (map) map.easeTo({ pitch: shown.inSpace ? TILT_DEG : 0, bearing: shown.inSpace ? 30 : 0, animate: false });
  }, [map, shown.inSpace]);
  useEffect(() => {
    const bounds = area ? boundsOf(positionsOf(area)) : null;
    if (map && bounds) fit(map, bounds, 18);
  }, [map, area]);
  useEffect(() => {
    if (map && centre) map.jumpTo({ center: centre as [number, number], zoom: NEAR });
  }, [map, centre]);
  return <div ref={container} className={styles.map} role="region" aria-label={name} data-ready={map !== null} />;
}

function useDrawing(map: MapView | null, isDrawing: boolean, onArea: (area: Area) => void, colours: Colours): void {
  const tell = useRef(onArea);
  tell.current = onArea;
  useEffect(() => {
    if (!map || !isDrawing) return;
    const draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map }),
      modes: [
        new TerraDrawPolygonMode({ styles: { outlineColor: hex(colours.accent), fillColor: hex(colours.accent), fillOpacity: 0.15, closingPointColor: hex(colours.accent) } }),
        new TerraDrawSelectMode(),
      ],
    });
    draw.start();
    draw.setMode('polygon');
    draw.on('finish', (id) => {
      const feature = draw.getSnapshotFeature(id);
      if (feature?.geometry.type === 'Polygon') tell.current(feature.geometry as Polygon);
    });
    return () => draw.stop();
  }, [map, isDrawing, colours]);
}

const LAYERS = ['ground', 'heat', 'area-fill', 'area-line', 'rings', 'path', 'space', 'photo-dots', 'gap-dots'];

function show(map: MapView, area: Area | null, drawn: Drawn | null, shown: Shown, colours: Colours): void {
  for (const layer of LAYERS) if (map.getLayer(layer)) map.removeLayer(layer);
  put(map, 'area', area ? { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: area, properties: {} }] } : EMPTY);
  put(map, 'coverage', (shown.coverage && drawn?.coverage) || EMPTY);
  put(map, 'rings', collection(shown.footprints ? (drawn?.rings ?? []) : [], (ring) => ({ type: 'Polygon', coordinates: [ring] })));
  put(map, 'path', collection(drawn?.sorties ?? [], (points) => ({ type: 'LineString', coordinates: points.map(({ lonDeg, latDeg }) => [lonDeg, latDeg]) })));
  put(map, 'photo-dots', collection(drawn?.photos ?? [], (coordinates) => ({ type: 'Point', coordinates })));
  put(map, 'gap-dots', collection(drawn?.missing ?? [], (coordinates) => ({ type: 'Point', coordinates })));
  map.addLayer({ id: 'ground', type: 'background', paint: { 'background-color': colours.sunken } });
  map.addLayer({ id: 'heat', type: 'fill', source: 'coverage', paint: { 'fill-color': heat(), 'fill-opacity': 0.75, 'fill-antialias': false } });
  map.addLayer({ id: 'area-fill', type: 'fill', source: 'area', paint: { 'fill-color': colours.accent, 'fill-opacity': 0.12 } });
  map.addLayer({ id: 'area-line', type: 'line', source: 'area', paint: { 'line-color': colours.accent, 'line-width': 2, 'line-dasharray': [3, 2] } });
  map.addLayer({ id: 'rings', type: 'line', source: 'rings', paint: { 'line-color': colours.ink, 'line-opacity': 0.18, 'line-width': 1 } });
  if (shown.inSpace && drawn?.sorties.length) map.addLayer(pathLayer('space', drawn.sorties, rgb(colours.ink)));
  else map.addLayer({ id: 'path', type: 'line', source: 'path', paint: { 'line-color': colours.ink, 'line-width': 2 } });
  map.addLayer({ id: 'photo-dots', type: 'circle', source: 'photo-dots', layout: { visibility: shown.inSpace ? 'none' : 'visible' }, paint: { 'circle-radius': 2.5, 'circle-color': colours.ink } });
  map.addLayer({ id: 'gap-dots', type: 'circle', source: 'gap-dots', paint: { 'circle-radius': 6, 'circle-color': colours.bad, 'circle-stroke-color': colours.surface, 'circle-stroke-width': 1.5 } });
}

function heat(): string {
  return ['step', ['get', 'views_min'], HEAT[0][1], ...HEAT.slice(1).flat()] as unknown as string;
}

function collection<Each>(values: readonly Each[], geometry: (value: Each) => Feature['geometry']): FeatureCollection {
  return { type: 'FeatureCollection', features: values.map((value) => ({ type: 'Feature', geometry: geometry(value), properties: {} })) };
}

function rgb(colour: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [r / 255, g / 255, b / 255];
}

function hex(colour: string): `#${string}` {
  return `#${rgb(colour).map((part) => Math.round(part * 255).toString(16).padStart(2, '0')).join('')}`;
}
