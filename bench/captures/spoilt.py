"""Captures that were spoilt on the way: by editors, messengers, clocks, the night."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.captures.altered import (
    EXIF_IFD,
    GPS_IFD,
    TAKEN,
    open_photo,
    photos_of,
    save_photo,
)

LATITUDE, LONGITUDE, ALTITUDE, DATUM = 2, 4, 6, 18
PHOTOS, OF_EACH_PLACE = 12, 9
FOOT_M = 0.3048
MESSENGER_PX, LARGE_PX = 640, 8000
# A night without a moon: so much less light, so few electrons, read with so much noise.
DARKER, ELECTRONS, READ_NOISE, BRIGHTENED = 24, 900, 0.0015, 5

Spoilt = tuple[Image.Image, Image.Exif | None]
Spoil = Callable[[int, Image.Image, Image.Exif], Spoilt]


def _each(spoil: Spoil) -> Callable[[Path, Path], None]:
    """A capture of the first photos, each spoilt."""

    def build(source: Path, target: Path) -> None:
        for number, path in enumerate(photos_of(source, PHOTOS)):
            image, exif = open_photo(path)
            pixels, tags = spoil(number, image, exif)
            save_photo(pixels, target / path.name, tags)

    return build


def _degrees(written: Any) -> float:
    return sum(float(part) / 60.0**place for place, part in enumerate(written))


def _written(degrees: float) -> tuple[Fraction, ...]:
    units = round(degrees * 3600 * 100_000)
    minutes, seconds = divmod(units, 60 * 100_000)
    return Fraction(minutes // 60), Fraction(minutes % 60), Fraction(seconds, 100_000)


def _moved(exif: Image.Exif, change: Callable[[float], float]) -> None:
    gps = exif.get_ifd(GPS_IFD)
    for tag in (LATITUDE, LONGITUDE):
        gps[tag] = _written(change(_degrees(gps[tag])))


def _rounded(decimals: int) -> Spoil:
    def spoil(_number: int, image: Image.Image, exif: Image.Exif) -> Spoilt:
        _moved(exif, lambda degrees: round(degrees, decimals))
        return image, exif

    return spoil


def _another_datum(_number: int, image: Image.Image, exif: Image.Exif) -> Spoilt:
    _moved(exif, lambda degrees: degrees + 0.001)
    exif.get_ifd(GPS_IFD)[DATUM] = "TOKYO"
    return image, exif


def _clock_jumps(number: int, image: Image.Image, exif: Image.Exif) -> Spoilt:
    tags = exif.get_ifd(EXIF_IFD)
    year = int(tags[TAKEN][:4]) - (1 if number >= PHOTOS // 2 else 0)
    tags[TAKEN] = f"{year}{tags[TAKEN][4:]}"
    return image, exif


def _feet(_number: int, image: Image.Image, exif: Image.Exif) -> Spoilt:
    gps = exif.get_ifd(GPS_IFD)
    gps[ALTITUDE] = Fraction(round(float(gps[ALTITUDE]) / FOOT_M * 1000), 1000)
    return image, exif


def _messenger(number: int, image: Image.Image, exif: Image.Exif) -> Spoilt:
    """Half of them came through a messenger: small, and nothing of EXIF left."""
    if number % 2 == 0:
        return image, exif
    height_px = round(image.height * MESSENGER_PX / image.width)
    return image.resize((MESSENGER_PX, height_px), Image.Resampling.LANCZOS), None


def _night(number: int, image: Image.Image, exif: Image.Exif) -> Spoilt:
    random = np.random.default_rng(number)
    light = (np.asarray(image) / 255.0) ** 2.2 / DARKER
    seen = random.poisson(light * ELECTRONS) / ELECTRONS + random.normal(0, READ_NOISE, light.shape)
    pixels = np.clip(BRIGHTENED * seen, 0, 1) ** (1 / 2.2) * 255
    return Image.fromarray(pixels.round().astype(np.uint8)), exif


def _one_large(number: int, image: Image.Image, exif: Image.Exif) -> Spoilt:
    if number != PHOTOS // 2:
        return image, exif
    height_px = round(image.height * LARGE_PX / image.width)
    return image.resize((LARGE_PX, height_px), Image.Resampling.BICUBIC), exif


def two_places(source: Path, second: Path, target: Path) -> None:
    """Two places in equal halves on one card."""
    for path in (*photos_of(source, OF_EACH_PLACE), *photos_of(second, OF_EACH_PLACE)):
        image, exif = open_photo(path)
        save_photo(image, target / path.name, exif)


SPOILT: dict[str, Callable[[Path, Path], None]] = {
    "rounded_3_decimals": _each(_rounded(3)),
    "rounded_4_decimals": _each(_rounded(4)),
    "another_datum": _each(_another_datum),
    "clock_jumps": _each(_clock_jumps),
    "altitudes_in_feet": _each(_feet),
    "messenger": _each(_messenger),
    "night": _each(_night),
    "one_large": _each(_one_large),
}
TWO_PLACES = "two_places"
