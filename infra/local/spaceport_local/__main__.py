"""`python -m spaceport_local` is the `spaceport` command."""

import sys

from spaceport_local.cli import main

sys.exit(main())
