"""What dronepath publishes, and its part of the HTTP API; it listens to nobody."""

from spaceport_contracts.events import FlightPlanned
from spaceport_runtime.service import Route, Service

SERVICE = Service(
    name="dronepath",
    purpose="An area -> where to fly, so that the reconstruction will be good",
    consumes=(),
    publishes=(FlightPlanned,),
    api=(Route("POST", "/drone-path"),),
)
