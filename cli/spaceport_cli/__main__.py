"""`python -m spaceport_cli` is the `spaceport` command."""

import sys

from spaceport_cli import main

sys.exit(main())
