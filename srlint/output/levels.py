"""What each format calls the three severities."""

from __future__ import annotations

from dataclasses import dataclass

from srlint.findings import Severity


@dataclass(frozen=True, slots=True)
class Level:
    """The names of one severity. GitLab's two highest, critical and blocker, are for worse than words."""

    sarif: str
    github: str
    gitlab: str
    rdjson: str
    checkstyle: str


LEVELS: dict[Severity, Level] = {
    "info": Level(sarif="note", github="notice", gitlab="info", rdjson="INFO", checkstyle="info"),
    "warning": Level(sarif="warning", github="warning", gitlab="minor", rdjson="WARNING", checkstyle="warning"),
    "error": Level(sarif="error", github="error", gitlab="major", rdjson="ERROR", checkstyle="error"),
}
