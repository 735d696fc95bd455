import { Map } from './maplibre';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { useEffect, useRef } from 'react';
export default function PlanMap() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => { const map = new Map({ container: ref.current!, style: { version: 8, sources: {}, layers: [] } });
    const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map }), modes: [new TerraDrawPolygonMode(), new TerraDrawSelectMode()] }); draw.start();
    return () => map.remove(); }, []);
  return <div ref={ref} />;
}
