"""A made-up village, photographed by a made-up drone: the demo's capture, with known poses."""

from spaceport_scenery.capture import CaptureRefused, generate_capture

__all__ = ["CaptureRefused", "generate_capture"]
