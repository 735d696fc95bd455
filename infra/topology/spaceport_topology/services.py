"""The services that make up Spaceport, in pipeline order."""

from spaceport_compress.service import SERVICE as COMPRESS
from spaceport_dronepath.service import SERVICE as DRONEPATH
from spaceport_ingest.service import SERVICE as INGEST
from spaceport_notify.service import SERVICE as NOTIFY
from spaceport_runtime.service import Service
from spaceport_sfm.service import SERVICE as SFM
from spaceport_train.service import SERVICE as TRAIN

SERVICES: tuple[Service, ...] = (INGEST, SFM, TRAIN, COMPRESS, NOTIFY, DRONEPATH)
