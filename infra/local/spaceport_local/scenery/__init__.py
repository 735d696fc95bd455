"""A made-up village, photographed by a made-up drone: the demo's capture, with known poses."""

from spaceport_local.scenery.capture import generate_capture

__all__ = ["generate_capture"]
