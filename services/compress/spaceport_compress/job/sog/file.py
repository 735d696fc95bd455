"""SOG version 2: the document, how it is written, and how it is read back with every check.

The browser's zip reader wants entries that are stored, no zip comment and no zip64.
"""

import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from spaceport_compress.job.sog.arrays import Bytes, Floats32
from spaceport_compress.job.sog.packing import (
    POSITION_STEPS,
    BadSog,
    from_webp,
    image_size,
    join_bytes,
    linear_position,
    logit,
    unpack_quaternions,
)
from spaceport_splat.gaussians import Gaussians

CENTROIDS_PER_ROW = 64
COEFFICIENTS_OF_BANDS = {1: 3, 2: 8, 3: 15}
BANDS_OF_COEFFICIENTS = {count: bands for bands, count in COEFFICIENTS_OF_BANDS.items()}

Codebook = Annotated[tuple[FiniteFloat, ...], Field(min_length=256, max_length=256)]
OneFile = tuple[str]
TwoFiles = tuple[str, str]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Means(_Part):
    """Positions as 16-bit steps between `mins` and `maxs` of their signed logarithm."""

    mins: tuple[FiniteFloat, FiniteFloat, FiniteFloat]
    maxs: tuple[FiniteFloat, FiniteFloat, FiniteFloat]
    files: TwoFiles = ("means_l.webp", "means_u.webp")


class Coded(_Part):
    """An attribute whose bytes index a codebook."""

    codebook: Codebook
    files: OneFile


class Quats(_Part):
    """Rotations: three components and which one was left out."""

    files: OneFile = ("quats.webp",)


class PaletteMeta(_Part):
    """View-dependent colour: a label for each Gaussian into `count` entries."""

    count: int = Field(ge=1, le=65536)
    bands: Literal[1, 2, 3]
    codebook: Codebook
    files: TwoFiles = ("shN_centroids.webp", "shN_labels.webp")


class Asset(_Part):
    """Who wrote the file."""

    generator: str = "Spaceport"


class SogMeta(_Part):
    """`meta.json` of SOG version 2."""

    version: Literal[2] = 2
    asset: Asset = Asset()
    count: int = Field(ge=1)
    means: Means
    scales: Coded
    quats: Quats = Quats()
    sh0: Coded
    shN: PaletteMeta | None = None

    def image_names(self) -> tuple[str, ...]:
        """Every image that the document needs."""
        palette = self.shN.files if self.shN else ()
        return (
            *self.means.files,
            *self.quats.files,
            *self.scales.files,
            *self.sh0.files,
            *palette,
        )


@dataclass(frozen=True)
class SogDocument:
    """A splat in SOG form: `meta.json` and its WebP images by name."""

    meta: SogMeta
    images: Mapping[str, bytes]

    @property
    def bytes(self) -> int:
        """The size of the images, without zip and meta.json."""
        return sum(len(data) for data in self.images.values())


def write_bundle(path: Path, document: SogDocument) -> None:
    """Write one `.sog`; the file appears under its name only when it is whole.

    Entry dates are fixed: the same document gives the same bytes.
    """
    text = document.meta.model_dump_json(exclude_none=True).encode()
    temporary = path.with_name(f".{path.name}.tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, data in {"meta.json": text, **document.images}.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    temporary.replace(path)


def read_bundle(path: Path) -> Gaussians:
    """Decode a `.sog`, checking everything that a viewer relies on; BadSog says what is wrong."""
    return decode(open_bundle(path))


def open_bundle(path: Path) -> SogDocument:
    """The entries of a `.sog`, with their checksums verified by the zip reader."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.comment:
                raise BadSog("the zip has a comment, which browsers do not expect")
            entries = {info.filename: archive.read(info) for info in archive.infolist()}
        meta = SogMeta.model_validate_json(entries.pop("meta.json"))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise BadSog(f"{path.name} is not a whole zip: {error}") from error
    except KeyError as error:
        raise BadSog(f"{path.name} has no meta.json") from error
    except (ValidationError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadSog(f"meta.json of {path.name} is not SOG version 2: {error}") from error
    return SogDocument(meta, entries)


def decode(document: SogDocument) -> Gaussians:
    """The Gaussians of a document; BadSog when an image is missing or does not fit."""
    meta = document.meta
    missing = sorted(set(meta.image_names()) - set(document.images))
    if missing:
        raise BadSog(f"images are missing: {', '.join(missing)}")
    low, high = (_texels(document, name)[:, :3] for name in meta.means.files)
    mins, maxs = np.array(meta.means.mins), np.array(meta.means.maxs)
    steps = join_bytes(low, high) / POSITION_STEPS
    colour = _texels(document, meta.sh0.files[0])
    scales = np.array(meta.scales.codebook, np.float32)
    sh0 = np.array(meta.sh0.codebook, np.float32)
    return Gaussians(
        means=linear_position(mins + (maxs - mins) * steps).astype(np.float32),
        quats=unpack_quaternions(_texels(document, meta.quats.files[0])).astype(np.float32),
        scales=scales[_texels(document, meta.scales.files[0])[:, :3]],
        opacities=logit(colour[:, 3] / 255.0).astype(np.float32),
        sh0=sh0[colour[:, :3]],
        shN=_decode_palette(document),
    )


def _decode_palette(document: SogDocument) -> Floats32:
    palette = document.meta.shN
    if palette is None:
        return np.zeros((document.meta.count, 0, 3), np.float32)
    centroids_name, labels_name = palette.files
    coefficients = COEFFICIENTS_OF_BANDS[palette.bands]
    image = from_webp(document.images[centroids_name], centroids_name)
    rows = math.ceil(palette.count / CENTROIDS_PER_ROW)
    if image.shape[:2] != (rows, CENTROIDS_PER_ROW * coefficients):
        raise BadSog(f"{centroids_name} has {image.shape[1]} x {image.shape[0]} texels")
    texels = _texels(document, labels_name)
    labels = join_bytes(texels[:, 0], texels[:, 1])
    if labels.max() >= palette.count:
        raise BadSog(f"a label points at entry {labels.max()} of {palette.count}")
    values = np.array(palette.codebook, np.float32)
    entries = values[image.reshape(-1, coefficients, 4)[:, :, :3]]
    return np.asarray(entries[labels], np.float32)


def _texels(document: SogDocument, name: str) -> Bytes:
    """One texel [N,4] for each Gaussian."""
    image = from_webp(document.images[name], name)
    width, height = image_size(document.meta.count)
    if image.shape[:2] != (height, width):
        raise BadSog(
            f"{name} has {image.shape[1]} x {image.shape[0]} texels, expected {width} x {height}"
        )
    return image.reshape(-1, 4)[: document.meta.count]
