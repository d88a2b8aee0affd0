"""One `srlint check`: every document under the given paths, one report, one exit status."""

from __future__ import annotations

import io
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from srlint import files
from srlint.baseline import DEFAULT_NAME
from srlint.baseline.kept import KeptBaseline
from srlint.checker import STDIN, Checker, CheckOptions, Mode, pass_on
from srlint.config import Resolver, Settings
from srlint.errors import DocumentError
from srlint.models.embedded import is_installed
from srlint.output import FORMATS, Output
from srlint.output.escape import printable
from srlint.progress import Progress
from srlint.report import FileReport, Totals, View

# So many code points are begun ahead of the document that is being reported, in so many documents at most.
_AHEAD, _MOST_AHEAD = 100_000, 50


@dataclass(frozen=True, slots=True)
class Job:
    """What the command line asked for, apart from what decides the findings (that is in the settings).

    `paths` equal to `("-",)` means standard input, called `stdin_name` in the report. `reason` goes into the comments
    of mode "ignore". `changed_since` is a git revision; `write_baseline` records what is found instead of reporting it.
    `color` None means: if the stream that the report goes to is a terminal.
    """

    resolver: Resolver
    paths: tuple[str, ...]
    mode: Mode = "report"
    unsafe: bool = False
    reason: str = ""
    changed_since: str | None = None
    write_baseline: bool = False
    format: str | None = None
    output_file: Path | None = None
    statistics: bool = False
    stdin_name: str | None = None
    color: bool | None = None
    quiet: bool = False
    verbose: bool = False
    progress: bool = True
    # Whether a baseline that lies where one is expected counts, though no setting names it.
    find_baseline: bool = True
    # Whether options of this one run decide what is found, beside the project's settings.
    adjusted: bool = False

    @property
    def from_stdin(self) -> bool:
        return self.paths == (STDIN,)

    @property
    def folder(self) -> Path:
        """The folder that all paths share."""
        return run_folder(self.paths, self.stdin_name)

    @property
    def settings(self) -> Settings:
        """Those of the run as a whole, from its folder. Raises ConfigError."""
        return self.resolver.for_folder(self.folder)


def run(job: Job) -> Totals:
    """Do `job`. Raises `ConfigError` and `ModelError` for what spoils the whole run; the rest is told and counted."""
    settings = job.settings
    changes = None
    if job.changed_since is not None:
        from srlint.changed import Changes

        changes = Changes(job.changed_since, job.folder)
    targets, notices = find_targets(job)
    if changes is not None:
        targets = [target for target in targets if changes.touches(target.path)]
    kept = _baseline(job, settings)
    totals = Totals(failed=tell(notices, job))
    with _report_stream(job) as stream:
        output = _output(job, stream)
        if targets:
            options = CheckOptions(job.mode, job.unsafe, job.reason, changes, kept and kept.baseline)
            with Checker(job.resolver, settings, options) as checker:
                totals = _check_all(job, checker, targets, output, totals)
        elif job.from_stdin and job.mode in ("fix", "ignore"):
            pass_on()  # left out: as it came
        if kept is not None and (job.write_baseline or not totals.failed) and (note := kept.settle()):
            say(note)
        if job.write_baseline:
            totals = totals.accepted()
        output.end(totals)
    return totals


def _baseline(job: Job, settings: Settings) -> KeptBaseline | None:
    """The baseline of the run, if it has one. Raises ConfigError for one that cannot be read."""
    path = settings.baseline or (settings.root or Path.cwd()) / DEFAULT_NAME
    if job.write_baseline:
        return KeptBaseline.to_record(path)
    if settings.baseline is None and (job.from_stdin or not job.find_baseline or not path.is_file()):
        return None
    return KeptBaseline.to_apply(path, prune=_may_prune(job, settings))


def _may_prune(job: Job, settings: Settings) -> bool:
    """Whether what this run does not find is gone: it must see all that the project's own settings would.

    In CI nobody would commit the shorter file.
    """
    if job.adjusted or job.changed_since is not None or job.from_stdin or job.mode == "diff" or os.environ.get("CI"):
        return False
    return not settings.use_model or is_installed()


def say(message: str) -> None:
    """One line to a person, on standard error."""
    print(f"srlint: {printable(message)}", file=sys.stderr)


def find_targets(job: Job) -> tuple[Sequence[files.Target], Sequence[files.Notice]]:
    """The documents that `job` is about, and what there is to say about the paths."""
    if not job.from_stdin:
        return files.find(job.paths, job.resolver.selection)
    if job.stdin_name is None:
        return [files.Target(Path(STDIN), STDIN, "markdown")], []
    targets, notices = files.find_unsaved(job.stdin_name, job.resolver.selection)
    return [replace(target, path=Path(STDIN)) for target in targets], notices


def tell(notices: Sequence[files.Notice], job: Job) -> int:
    """Say what there is to say, and count the errors in it."""
    for notice in notices:
        if notice.severity == "error" or (notice.severity == "note" and not job.quiet) or job.verbose:
            reason = f"skipped: {notice.reason}" if notice.severity == "skip" else notice.reason
            say(f"{notice.name}: {reason}")
    return sum(notice.severity == "error" for notice in notices)


@contextmanager
def _report_stream(job: Job) -> Iterator[TextIO]:
    """Where the report goes. A file is written when the report is whole, so that a broken run leaves the last one."""
    if job.output_file is not None:
        buffer = io.StringIO()
        yield buffer
        try:
            files.write(job.output_file, buffer.getvalue().encode("utf-8", "backslashreplace"))
        except DocumentError as error:
            raise DocumentError(f"{job.output_file}: {error}") from error
        return
    # Fixed text from standard input takes standard output, as in any filter.
    stream = sys.stderr if job.mode in ("fix", "ignore") and job.from_stdin else sys.stdout
    yield stream
    stream.flush()


def _output(job: Job, stream: TextIO) -> Output:
    color = stream.isatty() if job.color is None else job.color
    view = View(color=color, unsafe=job.unsafe, summary=not job.quiet)
    if job.mode == "diff":
        from srlint.output.diff import Diff

        return Diff(stream, sys.stderr, view)
    if job.statistics:
        from srlint.output.statistics import Statistics

        return Statistics(stream, view, job.format)
    return FORMATS[job.format or "full"](stream, view)


def _check_all(job: Job, checker: Checker, targets: Sequence[files.Target], output: Output, totals: Totals) -> Totals:
    """Check each target in turn and add it to `totals`; one that cannot be read or written does not stop the others."""
    # pre-commit lends its hooks a terminal, but keeps what they draw.
    wanted = job.progress and not (job.quiet or os.environ.get("PRE_COMMIT"))
    progress = Progress(sys.stderr, len(targets), wanted=wanted)
    try:
        for done, target in enumerate(_expecting(checker, targets)):
            progress.show(done, printable(target.name))
            try:
                report = checker.check(target)
                progress.clear()
                if not job.write_baseline:
                    output.file(report)
            except DocumentError as error:
                progress.clear()
                say(f"{target.name}: {error}")
                totals = replace(totals, failed=totals.failed + 1)
                continue
            totals = totals.plus(report)
            if job.verbose:
                _tell_skipped(report)
    finally:
        progress.clear()
    return replace(totals, unanswered=_tell_servers(job, checker))


def _expecting(checker: Checker, targets: Sequence[files.Target]) -> Iterator[files.Target]:
    """The targets in turn. While one is dealt with, the detector already reads some of those behind it."""
    upcoming, lengths = iter(targets), deque[int]()
    for target in targets:
        while sum(lengths) < _AHEAD and len(lengths) < _MOST_AHEAD and (behind := next(upcoming, None)) is not None:
            lengths.append(checker.expect(behind))
        yield target
        lengths.popleft()


def _tell_servers(job: Job, checker: Checker) -> int:
    """Say what was sent where, and count the servers that failed."""
    if job.verbose:
        for server in checker.servers:
            say(server.report)
    troubles = [server.trouble for server in checker.servers if server.trouble is not None]
    for trouble in troubles:
        say(trouble)
    return len(troubles)


def _tell_skipped(report: FileReport) -> None:
    for skipped in report.review.skipped:
        place = report.review.document.position(skipped.span.start)
        say(f"{report.name}:{place.line}:{place.column}: skipped: {skipped.reason}")


def run_folder(paths: Sequence[str], stdin_name: str | None = None) -> Path:
    """The folder that all of `paths` lie in, where a run looks for its settings. Standard input lies where its name
    says."""
    paths = [stdin_name or ""] if tuple(paths) == (STDIN,) else paths
    folders = {os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path)) for path in paths}
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on different drives, or no path at all
        return Path.cwd()
