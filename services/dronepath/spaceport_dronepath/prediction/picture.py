"""The coverage map as a picture and as GeoJSON."""

import io
import json

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image

from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.prediction.views import CoverageMap

Floats = NDArray[np.float64]
CLASSES = (
    (0, 0, (200, 30, 45), "not seen"),
    (1, 2, (240, 130, 50), "1 to 2 photos"),
    (3, 5, (250, 215, 90), "3 to 5 photos"),
    (6, 10, (130, 195, 110), "6 to 10 photos"),
    (11, 1 << 30, (40, 130, 90), "11 and more"),
)
SMALLEST_PX = 400
LARGEST_PX = 2000
GEOJSON_CELLS = 120


def coverage_png(seen: CoverageMap) -> bytes:
    """North up; one colour for each class of views, transparent outside the area."""
    pixels = np.zeros((*seen.views.shape, 4), np.uint8)
    for low, high, colour, _ in CLASSES:
        pixels[(seen.views >= low) & (seen.views <= high)] = (*colour, 255)
    image = Image.fromarray(pixels[::-1], "RGBA")
    scale = max(1, SMALLEST_PX // max(image.size))
    size = (image.width * scale, image.height * scale)
    image = image.resize(size, Image.Resampling.NEAREST)
    image.thumbnail((LARGEST_PX, LARGEST_PX), Image.Resampling.NEAREST)
    packed = io.BytesIO()
    image.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def coverage_geojson(seen: CoverageMap, frame: LocalFrame) -> bytes:
    """One feature for each class of views; coarser than the map, each cell its least seen one."""
    coarse = _coarser(seen)
    features = []
    for low, high, _, words in CLASSES:
        chosen = (coarse.views >= low) & (coarse.views <= high)
        if not chosen.any():
            continue
        shape = shapely.union_all(_boxes(chosen, coarse))
        degrees = shapely.transform(shape, lambda xy: _near(frame.to_lon_lat(xy), frame))
        geometry = json.loads(shapely.to_geojson(degrees))
        properties = {"views_min": low, "views_max": high if high < 1 << 30 else None, "is": words}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _near(lon_lat: Floats, frame: LocalFrame) -> Floats:
    """Longitudes that run on across the antimeridian, so that shapes stay whole."""
    turn = (lon_lat[:, 0] - frame.lon_deg + 180) % 360 - 180
    return np.column_stack((frame.lon_deg + turn, lon_lat[:, 1])).round(7)


def _coarser(seen: CoverageMap) -> CoverageMap:
    block = max(1, -(-max(seen.views.shape) // GEOJSON_CELLS))
    rows, columns = seen.views.shape
    padded = np.pad(seen.views, ((0, -rows % block), (0, -columns % block)), constant_values=-1)
    shape = (padded.shape[0] // block, block, padded.shape[1] // block, block)
    blocks = np.where(padded < 0, np.iinfo(np.int32).max, padded).reshape(shape).min(axis=(1, 3))
    blocks = np.where(blocks == np.iinfo(np.int32).max, -1, blocks).astype(np.int32)
    return CoverageMap(blocks, seen.x0_m, seen.y0_m, seen.cell_m * block)


def _boxes(chosen: NDArray[np.bool_], seen: CoverageMap) -> NDArray[np.object_]:
    """Stretches of chosen cells, row by row."""
    edges = np.diff(np.pad(chosen.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, start = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    x0, x1 = seen.x0_m + start * seen.cell_m, seen.x0_m + end * seen.cell_m
    y0 = seen.y0_m + row * seen.cell_m
    boxes: NDArray[np.object_] = shapely.box(x0, y0, x1, y0 + seen.cell_m)
    return boxes
