"""One `srlint check`: every document under the given paths, one report, one exit status."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from srlint import files
from srlint.config import Settings
from srlint.document import Document
from srlint.errors import DocumentError
from srlint.fixes import fix
from srlint.formats import syntax_for
from srlint.output import FORMATS, Output
from srlint.output.diff import Diff
from srlint.output.escape import printable
from srlint.progress import Progress
from srlint.report import FileReport, Totals, View

if TYPE_CHECKING:
    from srlint.linter import Linter

Mode = Literal["report", "diff", "fix"]
# What a report calls standard input that was given no name.
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Job:
    """What the command line asked for, apart from what decides the findings (that is in `settings`).

    `paths` equal to `("-",)` means standard input, called `stdin_name` in the report. `color` None means: if the stream
    that the report goes to is a terminal.
    """

    settings: Settings
    paths: tuple[str, ...]
    mode: Mode = "report"
    unsafe: bool = False
    format: str = "full"
    output_file: Path | None = None
    stdin_name: str | None = None
    color: bool | None = None
    quiet: bool = False
    verbose: bool = False


def run(job: Job) -> Totals:
    """Do `job`. Raises `ConfigError` and `ModelError` for what spoils the whole run; the rest is told and counted."""
    targets, notices = _targets(job)
    totals = Totals(failed=_tell(notices, job))
    with _report_stream(job) as stream:
        output = _output(job, stream)
        if targets:
            totals = _check_all(job, targets, output, totals)
        output.end(totals)
    return totals


def say(message: str) -> None:
    """One line to a person, on standard error."""
    print(f"srlint: {printable(message)}", file=sys.stderr)


def _targets(job: Job) -> tuple[Sequence[files.Target], Sequence[files.Notice]]:
    if job.paths != (STDIN,):
        return files.find(job.paths, exclude=job.settings.exclude, root=job.settings.root)
    name = job.stdin_name
    syntax = "markdown" if name is None else syntax_for(name) or "text"
    return [files.Target(Path(STDIN), STDIN if name is None else files.shown(Path(name)), syntax)], []


def _tell(notices: Sequence[files.Notice], job: Job) -> int:
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
    stream = sys.stderr if job.mode == "fix" and job.paths == (STDIN,) else sys.stdout
    yield stream
    stream.flush()


def _output(job: Job, stream: TextIO) -> Output:
    color = stream.isatty() if job.color is None else job.color
    view = View(color=color, unsafe=job.unsafe, summary=not job.quiet)
    return Diff(stream, sys.stderr, view) if job.mode == "diff" else FORMATS[job.format](stream, view)


def _check_all(job: Job, targets: Sequence[files.Target], output: Output, totals: Totals) -> Totals:
    """Check each target in turn and add it to `totals`; one that cannot be read or written does not stop the others."""
    from srlint.linter import Linter

    # pre-commit lends its hooks a terminal, but keeps what they draw.
    progress = Progress(sys.stderr, len(targets), wanted=not (job.quiet or os.environ.get("PRE_COMMIT")))
    try:
        with Linter.open(job.settings) as linter:
            for done, target in enumerate(targets):
                progress.show(done, printable(target.name))
                try:
                    report = _check_one(job, target, linter)
                    progress.clear()
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
    return totals


def _check_one(job: Job, target: files.Target, linter: Linter) -> FileReport:
    from_stdin = job.paths == (STDIN,)
    data = files.capped(sys.stdin.buffer.read(files.MAX_BYTES + 1)) if from_stdin else files.read(target.path)
    document = Document.from_bytes(data, target.syntax)
    review = linter.check(document)
    if job.mode == "report":
        return FileReport(target.name, review)
    fixed = fix(review, linter.check, unsafe=job.unsafe)
    if job.mode == "fix":
        new = fixed.review.document.to_bytes()
        if from_stdin:
            sys.stdout.buffer.write(new)
            sys.stdout.buffer.flush()
        elif new != data:
            files.write(target.path, new, expected=data)
    return FileReport(target.name, fixed.review, fixed.rewritten, before=document)


def _tell_skipped(report: FileReport) -> None:
    for skipped in report.review.skipped:
        place = report.review.document.position(skipped.span.start)
        say(f"{report.name}:{place.line}:{place.column}: skipped: {skipped.reason}")


def common_folder(paths: Sequence[str]) -> Path:
    """The folder that all of `paths` lie in, where the search for a configuration file starts."""
    folders = {os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path)) for path in paths}
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on different drives, or no path at all
        return Path.cwd()
