"""What is kept of an error that nobody foresaw."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
import traceback
from pathlib import Path

from srlint import __version__


def write_report(error: BaseException) -> Path:
    """Write the traceback of `error` and the versions at work to a new file, and say where.

    No document text goes into it beyond what the error's own message holds.
    """
    lines = (
        f"srlint {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
        f"arguments: {sys.argv[1:]!r}\n\n",
        *traceback.format_exception(error),
    )
    # A new file that only its owner reads, under a name that nobody can foresee: the folder may be open to all.
    handle, name = tempfile.mkstemp(f"{time.strftime('-%Y%m%d-%H%M%S')}.txt", "bug-", _folder())
    with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(lines)
    return Path(name)


def _folder() -> Path:
    import platformdirs

    try:
        folder = platformdirs.user_log_path("srlint", appauthor=False, ensure_exists=True)
    except OSError:
        folder = Path()
    return folder if os.access(folder, os.W_OK) and folder != Path() else Path(tempfile.gettempdir())
