"""MAVSDK's own fake autopilot on this machine, and a ground station that is connected to it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mavsdk import ComponentType, Configuration, Mavsdk
from mavsdk.plugins.mission_raw import MissionRaw
from mavsdk.plugins.mission_raw_server import MissionRawServer


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def ground_station() -> Iterator[Any]:
    """A MissionRaw that talks to the fake autopilot over UDP on 127.0.0.1."""
    port = _free_port()
    station = Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION))
    vehicle = Mavsdk(Configuration.create_with_component_type(ComponentType.AUTOPILOT))
    try:
        station.add_any_connection(f"udpin://127.0.0.1:{port}")
        server = MissionRawServer(vehicle.server_component())
        vehicle.add_any_connection(f"udpout://127.0.0.1:{port}")
        system = station.first_autopilot(timeout_s=10.0)
        assert system is not None, "the fake autopilot did not answer"
        mission = MissionRaw(system)
        yield mission
        mission.destroy()
        server.destroy()
    finally:
        station.destroy()
        vehicle.destroy()
