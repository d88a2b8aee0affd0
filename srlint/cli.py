"""The command line: options in, exit status out, and the one place where errors become lines.

Only `click` and small modules are imported here; a command loads what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from srlint import __version__
from srlint.categories import BY_ID, CATEGORIES, Category
from srlint.errors import SrlintError
from srlint.output import FORMATS

if TYPE_CHECKING:
    from srlint.config import Settings
    from srlint.run import Job

FAILED = 2
BUG = 3
INTERRUPTED = 130


class Boundary(click.Group):
    """The error boundary: what a command raises ends here as one line on standard error and an exit status."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:
        try:
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
            status = _fail(str(error), FAILED)
        except BrokenPipeError:
            _leave_pipe()
            status = 1
        except OSError as error:
            # The machine, not srlint: a full disk, a stream that is gone.
            status = _fail(str(error), FAILED)
        except Exception as error:
            from srlint.bugs import write_report

            status = _fail(f"a bug in srlint: {type(error).__name__}; report: {write_report(error)}", BUG)
        sys.exit(status)


def _fail(message: str, status: int) -> int:
    from srlint.output.escape import printable

    print(f"srlint: {printable(message)}", file=sys.stderr)
    return status


def _leave_pipe() -> None:
    """Nobody reads standard output any more: let Python's last flush go nowhere instead of complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group("srlint", cls=Boundary, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="srlint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find biased passages in documents and rewrite them with care. Everything runs on this machine."""


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--diff", is_flag=True, help="Print what --fix would change as a unified diff; write nothing.")
@click.option("--fix", is_flag=True, help="Apply safe rewrites: settled replacements of listed terms.")
@click.option("--unsafe-fixes", is_flag=True, help="Count rewrites worded by a model as applicable too.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Report passages from this probability on. Default: the model's own.",
)
@click.option("--model", metavar="FILE", help="The language model: the path of a GGUF file. Default: the embedded one.")
@click.option("--no-model", is_flag=True, help="Do without a language model: detection and settled replacements only.")
@click.option("--include-quotes", is_flag=True, help="Judge block quotes and quoted lines too.")
@click.option("--stdin-filename", metavar="NAME", help="What to call standard input; its suffix decides the syntax.")
@click.option("--output-format", type=click.Choice(list(FORMATS)), help="Default: full.")
@click.option(
    "-o", "--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file."
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings; failures still give 2.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write cached results.")
@click.option("--cache-dir", type=click.Path(file_okay=False, path_type=Path), help="Default: .srlint_cache.")
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read settings from this file."
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out, as in .gitignore. Repeatable.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Also say what was skipped, and why.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Default: auto, on a terminal."
)
@click.pass_context
def check(ctx: click.Context, /, **options: Any) -> None:
    """Check Markdown and text files: PATHS, folders among them, or - for standard input. Default: this folder.

    Exit status: 0 nothing to report or all of it fixed; 1 findings remain or the diff is not empty; 2 something could
    not be checked; 3 a bug in srlint.
    """
    _refuse_contradictions(options)
    from srlint.report import status
    from srlint.run import run

    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, not a crash.
        stream.reconfigure(errors="backslashreplace")
    code = status(run(_job(options)), diff=options["diff"])
    ctx.exit(0 if code == 1 and options["exit_zero"] else code)


def _refuse_contradictions(options: dict[str, Any]) -> None:
    paths = options["paths"]
    contradictions = (
        (options["diff"] and options["fix"], "--diff and --fix exclude each other"),
        (options["diff"] and options["output_format"], "--diff has a format of its own; leave out --output-format"),
        (options["model"] and options["no_model"], "--model and --no-model exclude each other"),
        (options["config"] and options["isolated"], "--config and --isolated exclude each other"),
        ("-" in paths and len(paths) > 1, "- (standard input) cannot be combined with other paths"),
        (options["stdin_filename"] and paths != ("-",), "--stdin-filename goes with the path -"),
    )
    for holds, message in contradictions:
        if holds:
            raise click.UsageError(message)
    file = options["output_file"]
    if file is not None and not file.absolute().parent.is_dir():
        raise click.UsageError(f"--output-file: no such folder: {file.parent}")


def _job(options: dict[str, Any]) -> Job:
    from srlint.run import Job

    return Job(
        settings=_settings(options),
        paths=options["paths"] or (".",),
        mode="fix" if options["fix"] else "diff" if options["diff"] else "report",
        unsafe=options["unsafe_fixes"],
        format=options["output_format"] or "full",
        output_file=options["output_file"],
        stdin_name=options["stdin_filename"],
        color=_color(options["color"]),
        quiet=options["quiet"],
        verbose=options["verbose"],
    )


def _settings(options: dict[str, Any]) -> Settings:
    from srlint.config import load
    from srlint.run import common_folder

    paths = [options["stdin_filename"] or ""] if options["paths"] == ("-",) else options["paths"] or (".",)
    overrides = {
        "threshold": options["threshold"],
        "model": options["model"],
        # Naming a model asks for one, whatever the file says.
        "use_model": False if options["no_model"] else True if options["model"] else None,
        "include_quotes": options["include_quotes"] or None,
        "use_cache": False if options["no_cache"] else None,
        "cache_dir": options["cache_dir"],
        "exclude": options["exclude"] or None,
    }
    return load(common_folder(paths), overrides, file=options["config"], isolated=options["isolated"])


def _color(choice: str) -> bool | None:
    """Whether to use colour; None leaves it to the stream. See https://no-color.org and https://force-color.org."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


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
    print("\n".join(_explanation(known)))


def _unknown(category: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(category.lower(), BY_ID, n=1)
    return f"{category!r} is unknown; " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(BY_ID)}.")


def _explanation(category: Category) -> Sequence[str]:
    return (
        f"{category.id}: {category.name}",
        "",
        f"Flags {category.summary}.",
        category.why,
        "",
        "Flagged:",
        *(f"  - {example}" for example in category.flagged),
        "",
        "Fine:",
        *(f"  - {example}" for example in category.fine),
    )


def main() -> NoReturn:
    """Entry point of the `srlint` command."""
    cli(prog_name="srlint")
