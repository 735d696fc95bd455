"""Sensors of fixed-lens drone cameras, by EXIF model.

Nominal figures of the makers; they only serve as a prior, which bundle adjustment refines.
"""

from dataclasses import dataclass

from spaceport_contracts.capture import Photo


@dataclass(frozen=True)
class Sensor:
    """A fixed lens before a sensor; width and height are those of the native aspect."""

    focal_mm: float
    width_mm: float
    height_mm: float


# "1/2.3 inch" is 6.17 mm wide; the square pixels of a 4:3 photo give the height.
_ONE_OVER_2_3 = (6.17, 4.63)
_ONE_INCH = (13.2, 8.8)
_FOUR_THIRDS = (17.3, 13.0)

SENSORS = {
    "FC300S": Sensor(3.61, *_ONE_OVER_2_3),  # Phantom 3 Advanced
    "FC300X": Sensor(3.61, *_ONE_OVER_2_3),  # Phantom 3 Professional
    "FC300C": Sensor(3.61, *_ONE_OVER_2_3),  # Phantom 3 Standard
    "FC330": Sensor(3.61, *_ONE_OVER_2_3),  # Phantom 4
    "FC220": Sensor(4.73, *_ONE_OVER_2_3),  # Mavic Pro
    "FC7203": Sensor(4.49, *_ONE_OVER_2_3),  # Mavic Mini
    "FC7303": Sensor(4.49, *_ONE_OVER_2_3),  # Mini 2
    "FC6310": Sensor(8.8, *_ONE_INCH),  # Phantom 4 Pro
    "FC6310S": Sensor(8.8, *_ONE_INCH),
    "FC6310R": Sensor(8.8, *_ONE_INCH),  # Phantom 4 RTK
    "FC6510": Sensor(8.8, *_ONE_INCH),  # Zenmuse X4S
    "FC3411": Sensor(8.38, *_ONE_INCH),  # Air 2S
    "L1D-20C": Sensor(10.26, *_ONE_INCH),  # Mavic 2 Pro
    "L2D-20C": Sensor(12.29, *_FOUR_THIRDS),  # Mavic 3
    "M3E": Sensor(12.29, *_FOUR_THIRDS),  # Mavic 3 Enterprise
}


DRONE_MAKES = (
    "DJI",
    "HASSELBLAD",  # DJI's larger drones carry its name
    "PARROT",
    "AUTEL",
    "YUNEEC",
    "SKYDIO",
    "SENSEFLY",
    "POTENSIC",
    "FIMI",
    "EHANG",
    "WINGTRA",
    "QUANTUM",
)


def is_drone(photo: Photo) -> bool:
    """Whether a drone took the photo: by its XMP, its model or its maker.

    DJI makes cameras for the hand, too; those write no height above take-off and no gimbal.
    """
    if photo.relative_altitude_m is not None or photo.gimbal_pitch_deg is not None:
        return True
    return sensor_of(photo.model) is not None or photo.make.strip().upper().startswith(DRONE_MAKES)


def sensor_of(model: str) -> Sensor | None:
    """The sensor of an EXIF camera model; None when the model is not known."""
    return SENSORS.get(model.strip().strip("\x00").upper())
