// The drone's path in the air, as a layer of the map: lines, and a plumb line at every waypoint.
import { type CustomLayerInterface, type CustomRenderMethodInput, MercatorCoordinate } from './maplibre';

export interface AirPoint {
  lonDeg: number;
  latDeg: number;
  /** Above the plane of the map. */
  heightM: number;
  groundM: number;
}

const VERTEX = `#version 300 es
uniform mat4 matrix; in vec3 place; void main() { gl_Position = matrix * vec4(place, 1.0); }`;
const FRAGMENT = `#version 300 es
precision mediump float; uniform vec4 colour; out vec4 pixel; void main() { pixel = colour; }`;

/** `matrix` moved to an origin, in doubles: near the ground single ones are metres off. */
export function moved(matrix: ArrayLike<number>, x: number, y: number, z: number): Float32Array {
  const out = Float32Array.from(matrix);
  for (let row = 0; row < 4; row += 1) {
    out[12 + row] = (matrix[row] as number) * x + (matrix[4 + row] as number) * y + (matrix[8 + row] as number) * z + (matrix[12 + row] as number);
  }
  return out;
}

export function pathLayer(id: string, sorties: readonly (readonly AirPoint[])[], colour: [number, number, number]): CustomLayerInterface {
  const first = sorties[0]?.[0];
  const origin = MercatorCoordinate.fromLngLat({ lng: first?.lonDeg ?? 0, lat: first?.latDeg ?? 0 }, 0);
  const vertex = (point: AirPoint, heightM: number) => {
    const at = MercatorCoordinate.fromLngLat({ lng: point.lonDeg, lat: point.latDeg }, heightM);
    return [at.x - origin.x, at.y - origin.y, at.z];
  };
  const path = sorties.flatMap((points) =>
    points.slice(1).flatMap((point, index) => {
      const before = points[index] as AirPoint;
      return [...vertex(before, before.heightM), ...vertex(point, point.heightM)];
    }));
  const plumbs = sorties.flat().flatMap((point) => [...vertex(point, point.heightM), ...vertex(point, point.groundM)]);
  let program: WebGLProgram | null = null;
  let buffer: WebGLBuffer | null = null;
  return {
    id,
    type: 'custom',
    renderingMode: '3d',
    onAdd(_map, gl) {
      program = programOf(gl as WebGL2RenderingContext);
      buffer = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([...path, ...plumbs]), gl.STATIC_DRAW);
    },
    render(gl, args: CustomRenderMethodInput) {
      if (!program) return;
      gl.useProgram(program);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      const place = gl.getAttribLocation(program, 'place');
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
      const matrix = moved(args.defaultProjectionData.mainMatrix as unknown as ArrayLike<number>, origin.x, origin.y, 0);
      gl.uniformMatrix4fv(gl.getUniformLocation(program, 'matrix'), false, matrix);
      const tint = gl.getUniformLocation(program, 'colour');
      gl.uniform4f(tint, ...colour, 1);
      gl.drawArrays(gl.LINES, 0, path.length / 3);
      gl.uniform4f(tint, ...colour, 0.3);
      gl.drawArrays(gl.LINES, path.length / 3, plumbs.length / 3);
    },
    onRemove(_map, gl) {
      gl.deleteProgram(program);
      gl.deleteBuffer(buffer);
    },
  };
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('WebGL is gone.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'WebGL');
  return program;
}
