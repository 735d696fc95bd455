"""Run a command and leave its CPU seconds, its children's too: `metered.py FILE COMMAND...`."""

import json
import resource
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    status = subprocess.run(sys.argv[2:], check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = json.dumps({"command": sys.argv[2:], "cpu_s": used.ru_utime + used.ru_stime})
    with Path(sys.argv[1]).open("a") as stream:
        stream.write(line + "\n")
    sys.exit(status)
