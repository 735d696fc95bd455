// The drones that the planner knows: its own library, read at build time, so that there is one list.
import library from '../../../services/dronepath/spaceport_dronepath/drones/library.json';
import type { ExportFormat } from '../api/schema';

export interface Drone {
  id: string;
  name: string;
  focal35Mm: number;
  widthPx: number;
  heightPx: number;
  exports: ExportFormat[];
}

const FULL_FRAME_DIAGONAL_MM = 43.2666;

export const DRONES: readonly Drone[] = library.map((row) => ({
  id: row.id,
  name: row.name,
  focal35Mm: (row.focal_mm * FULL_FRAME_DIAGONAL_MM) / Math.hypot(row.sensor_mm[0] as number, row.sensor_mm[1] as number),
  widthPx: row.px[0] as number,
  heightPx: row.px[1] as number,
  exports: [
    'geojson', 'kml', 'qgc', 'wpl', 'litchi',
    ...('wpml_drone' in row && row.wpml_drone ? (['wpml'] as const) : []),
    ...('dji_fly' in row && row.dji_fly ? (['dji_fly'] as const) : []),
  ],
}));

export function droneOf(id: string): Drone {
  return DRONES.find((drone) => drone.id === id) ?? (DRONES[0] as Drone);
}
