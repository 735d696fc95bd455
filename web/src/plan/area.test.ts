import { describe, expect, it } from 'vitest';
import { areaOf, NoArea, positionsOf } from './area';

const polygon = { type: 'Polygon', coordinates: [[[8, 50], [8.1, 50], [8.1, 50.1], [8, 50]]] };

describe('an area', () => {
  it('is found in a collection, before a line and a point', () => {
    const features = [{ type: 'Point', coordinates: [8, 50] }, polygon].map((geometry) => ({ type: 'Feature', geometry, properties: {} }));
    expect(areaOf(JSON.stringify({ type: 'FeatureCollection', features }))).toEqual(polygon);
    expect(areaOf(JSON.stringify(polygon))).toEqual(polygon);
  });
  it('is all of the polygons that a file has', () => {
    const other = { type: 'Polygon', coordinates: [[[9, 50], [9.1, 50], [9.1, 50.1], [9, 50]]] };
    const ring = (at: number) => `<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>
      ${at},50,0 ${at + 0.1},50,0 ${at + 0.1},50.1,0 ${at},50,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>`;
    const both = { type: 'MultiPolygon', coordinates: [polygon.coordinates, other.coordinates] };
    expect(areaOf(`<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${ring(8)}${ring(9)}</Document></kml>`)).toEqual(both);
    expect(areaOf(JSON.stringify({ type: 'GeometryCollection', geometries: [polygon, other] }))).toEqual(both);
  });
  it('is read from KML, heights left out', () => {
    const kml = `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs><LinearRing>
      <coordinates>8,50,0 8.1,50,0 8.1,50.1,0 8,50,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>`;
    expect(areaOf(kml)).toEqual(polygon);
  });
  it.each([['hello'], ['{}'], ['{"type":"FeatureCollection","features":[]}'], ['[1,2]'], ['null'], ['<kml></kml>']])(
    '%s is refused in words', (text) => expect(() => areaOf(text)).toThrow(NoArea));
  it('has positions, whatever it is', () => {
    expect(positionsOf(areaOf(JSON.stringify(polygon)))).toHaveLength(4);
    expect(positionsOf({ type: 'Point', coordinates: [8, 50] })).toEqual([[8, 50]]);
    expect(positionsOf({ type: 'MultiPolygon', coordinates: [[[[8, 50], [9, 50]]]] })).toEqual([[8, 50], [9, 50]]);
  });
});
