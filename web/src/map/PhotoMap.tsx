import { Map } from './maplibre';
import { useEffect, useRef } from 'react';
export default function PhotoMap() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => { const map = new Map({ container: ref.current!, style: { version: 8, sources: {}, layers: [] } }); return () => map.remove(); }, []);
  return <div ref={ref} />;
}
