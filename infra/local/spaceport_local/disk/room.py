"""Whether a disk still has room; programs fail in many ways when it has none."""

import errno
import shutil
from pathlib import Path

RESERVE_BYTES = 32 << 20  # objects leave it to the journals, so that what happens can be noted
ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(folder: Path) -> bool:
    """Whether a trouble is likely the disk's, whatever program reported it and how."""
    return folder.exists() and shutil.disk_usage(folder).free < RESERVE_BYTES
