"""The command line: options in, exit status out, and the one place where errors become lines.

Only `click` and small modules are imported here; a command loads what it needs when it runs.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from srlint import __version__
from srlint.categories import BY_ID, CATEGORIES, page
from srlint.cli_check import FAILED, SERVER_OPTIONS, check
from srlint.cli_lsp import lsp
from srlint.cli_model import model
from srlint.cli_review import review, undo
from srlint.errors import SrlintError
from srlint.interrupts import INTERRUPTED

BUG = 3


class Boundary(click.Group):
    """The error boundary: what a command raises ends here as one line on standard error and an exit status."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:
        _open_streams()
        interrupts = _Interrupts()
        try:
            with interrupts:
                status = super().main(args, prog_name, **(extra | {"standalone_mode": False}))
                sys.stdout.flush()
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = FAILED
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            hint = f" (see {context.command_path} --help)" if context else ""
            status = _fail(error.format_message() + hint, FAILED)
        except (click.Abort, KeyboardInterrupt):
            status = _fail("interrupted", INTERRUPTED)
        except SrlintError as error:
            status = _fail("interrupted", INTERRUPTED) if interrupts.seen else _fail(str(error), FAILED)
        except BrokenPipeError:
            _leave_pipe()
            status = 1
        except OSError as error:
            # The machine, not srlint: a full disk, a stream that is gone.
            status = _fail(str(error), FAILED)
        except Exception as error:
            if interrupts.seen:  # a library may turn it into an error of its own, as numpy does while it is imported
                status = _fail("interrupted", INTERRUPTED)
            else:
                from srlint.bugs import write_report

                status = _fail(f"a bug in srlint: {type(error).__name__}; report: {write_report(error)}", BUG)
        sys.exit(status)


class _Interrupts:
    """Whether Ctrl-C was pressed while a command ran. It raises KeyboardInterrupt as ever."""

    def __init__(self) -> None:
        self.seen = False
        self._before: Any = None

    def __enter__(self) -> _Interrupts:
        """In another thread than the main one, and where interrupts are ignored, everything stays as it is."""
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and before is not signal.SIG_IGN:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *ended: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.seen = True
        signal.default_int_handler(number, frame)


def _fail(message: str, status: int) -> int:
    from srlint.output.escape import printable

    print(f"srlint: {printable(message)}", file=sys.stderr)
    return status


def _open_streams() -> None:
    """A stream that was closed before the start (`>&-`) takes whatever is printed, and it goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _leave_pipe() -> None:
    """Nobody reads standard output any more: let Python's last flush go nowhere instead of complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group("srlint", cls=Boundary, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="srlint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find biased passages in documents and rewrite them with care.

    Everything runs on this machine; only `check --server` (or SRLINT_SERVER) sends passages anywhere.
    """


cli.add_command(check)
cli.add_command(lsp)
cli.add_command(model)
cli.add_command(review)
cli.add_command(undo)


@cli.command()
@click.argument("category", required=False)
def explain(category: str | None) -> None:
    """Say what CATEGORY flags and why, with examples; without one, list the categories."""
    if category is None:
        width = max(len(known.id) for known in CATEGORIES)
        for known in CATEGORIES:
            print(f"{known.id:{width}}  {known.summary}")
        return
    known = BY_ID.get(category.lower())
    if known is None:
        raise click.BadParameter(_unknown(category), param_hint="CATEGORY")
    print(page(known))


@cli.command()
@click.option("--cache-dir", type=click.Path(file_okay=False, path_type=Path), help="Default: .srlint_cache.")
def clean(cache_dir: Path | None) -> None:
    """Remove the cached results of the project that this folder belongs to."""
    from srlint import cache
    from srlint.config import Resolver
    from srlint.output.escape import printable

    folder = cache_dir or Resolver({}).for_folder(Path.cwd()).cache_dir
    freed = cache.clean(folder) if folder is not None else 0
    print(f"{printable(str(folder))}: {freed / 1e6:.1f} MB removed" if freed else "No cache to remove.")


@cli.command()
@SERVER_OPTIONS[0]
@SERVER_OPTIONS[1]
@click.pass_context
def doctor(ctx: click.Context, server: str | None, server_model: str | None) -> None:
    """Say whether everything that a check needs is there and works. Exit status 2 when something is broken."""
    from srlint.config import Resolver
    from srlint.doctor import examine
    from srlint.output.escape import printable

    states = []
    given = {"server": server, "server_model": server_model, "use_model": True if server else None}
    for advice in examine(Resolver(given), Path.cwd()):
        print(f"{advice.state:4}  {advice.subject:14}  {printable(advice.text)}", flush=True)
        states.append(advice.state)
    ctx.exit(FAILED if "fail" in states else 0)


def _unknown(category: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(category.lower(), BY_ID, n=1)
    return f"{category!r} is unknown; " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(BY_ID)}.")


def main() -> NoReturn:
    """Entry point of the `srlint` command."""
    # What numpy does here is small: threads of its own would only stand in the way of the detector's.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cli(prog_name="srlint")
