"""Two documents, each with listed terms that the detector flags too."""

from __future__ import annotations

TEAM = "# Team\n\nWe met on Monday. The chairman opened the meeting. Then we vote.\n\nAdd the host to the whitelist.\n"
NOTES = "The minutes are kept here. The fireman reads them.\n"
