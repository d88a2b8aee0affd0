"""`srlint check`: its options, what contradicts what, and the job they make."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from srlint.output import FORMATS, TEXT_FORMATS
from srlint.parallel import MOST_JOBS
from srlint.severity import SEVERITIES

if TYPE_CHECKING:
    from srlint.config import Resolver
    from srlint.run import Job

# The exit status when something could not be checked.
FAILED = 2
# Options with which a run may find less than the project's settings would.
_ADJUSTING = ("threshold", "model", "no_model", "server", "server_model", "config", "isolated")

SERVER_OPTIONS = (
    click.option(
        "--server",
        metavar="URL",
        envvar="SRLINT_SERVER",
        help="Send flagged passages to this OpenAI-compatible server for a rewrite. Also: SRLINT_SERVER.",
    ),
    click.option("--server-model", metavar="NAME", help="Which of the server's models. Default: its only one."),
)


def _names(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """Category names, separated by commas or by repeating the option; None when it was not given."""
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    if values and not names:
        # As from an empty variable in a script: to look for everything instead would be a surprise.
        raise click.BadParameter("names no category")
    return names or None


def config_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that decide which files are read and what counts as a finding, for every command that checks."""
    options = (
        click.option("--select", multiple=True, callback=_names, metavar="CATEGORIES", help="Look for these only."),
        click.option(
            "--extend-select", multiple=True, callback=_names, metavar="CATEGORIES", help="Look for these as well."
        ),
        click.option("--ignore", multiple=True, callback=_names, metavar="CATEGORIES", help="Do not look for these."),
        click.option(
            "--threshold",
            type=click.FloatRange(0, 1, min_open=True, max_open=True),
            help="Report passages from this probability on. Default: the model's own.",
        ),
        click.option(
            "--model", metavar="FILE|NAME", help="The language model: a GGUF file, or one of `srlint model list`."
        ),
        *SERVER_OPTIONS,
        click.option("--no-model", is_flag=True, help="Do without a language model: detector and terms only."),
        click.option("--include-quotes", is_flag=True, help="Judge quotations and block quotes too."),
        click.option("--code", is_flag=True, help="Also read comments and docstrings of source code."),
        click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out, as in .gitignore. Repeatable."),
        click.option(
            "--extend-exclude", multiple=True, metavar="PATTERN", help="Leave out besides what the settings exclude."
        ),
        click.option("--force-exclude", is_flag=True, help="Leave excluded files out even when they are named."),
        click.option("--no-gitignore", is_flag=True, help="Do not follow .gitignore files."),
        click.option("--baseline", metavar="FILE", help="Leave out what this file accepts. Default: the settings'."),
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1, MOST_JOBS),
            help="Passages to read at a time. Default: as many as there are processors. Results are the same.",
        ),
        click.option("--no-cache", is_flag=True, help="Neither read nor write cached results."),
        click.option("--cache-dir", type=click.Path(file_okay=False, path_type=Path), help="Default: .srlint_cache."),
        click.option(
            "--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration file, or one setting as TOML."
        ),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--diff", is_flag=True, help="Print what --fix would change as a unified diff; write nothing.")
@click.option("--fix", is_flag=True, help="Apply safe rewrites: settled replacements of listed terms.")
@click.option("--unsafe-fixes", is_flag=True, help="Count rewrites worded by a model as applicable too.")
@click.option("--add-ignores", metavar="REASON", help="Write a comment with REASON for each finding, to silence it.")
@click.option("--write-baseline", is_flag=True, help="Accept all that is found, in the baseline file.")
@click.option(
    "--changed",
    metavar="[REF]",
    is_flag=False,
    flag_value="HEAD",
    help="Only passages changed since a git revision, as --changed=REF. Alone: HEAD.",
)
@config_options
@click.option("--fail-level", type=click.Choice(SEVERITIES), help="Exit with 1 from this severity on. Default: info.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings; failures still give 2.")
@click.option("--stdin-filename", metavar="NAME", help="What to call standard input; its suffix decides the syntax.")
@click.option("--output-format", type=click.Choice(list(FORMATS)), envvar="SRLINT_OUTPUT_FORMAT", help="Default: full.")
@click.option(
    "-o", "--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file."
)
@click.option("--statistics", is_flag=True, help="Count findings by category.")
@click.option("--show-files", is_flag=True, help="List the files that would be checked, and stop.")
@click.option("--show-settings", is_flag=True, help="Print the settings and where they come from, and stop.")
@click.option("-w", "--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Also say what was skipped, and why.")
@click.option("--no-progress", is_flag=True, help="Draw no progress line.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Default: auto, on a terminal."
)
@click.pass_context
def check(ctx: click.Context, /, **options: Any) -> None:
    """Check documents: PATHS, folders among them, or - for standard input. Default: this folder.

    Exit status: 0 nothing to report or all of it fixed; 1 findings remain or the diff is not empty; 2 something could
    not be checked; 3 a bug in srlint.
    """
    if ctx.get_parameter_source("output_format") is ParameterSource.ENVIRONMENT:
        options["output_format"] = _wished(options)
    settle_config(ctx, options)
    _refuse_contradictions(options)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, not a crash.
        stream.reconfigure(errors="backslashreplace")
    job = _job(options)
    if options["show_settings"]:
        _show_settings(job)
    elif options["show_files"]:
        ctx.exit(_show_files(job))
    elif options["watch"]:
        _watch(job)
    else:
        from srlint.report import status
        from srlint.run import run

        code = status(run(job), diff=options["diff"], fail_level=job.settings.fail_level)
        ctx.exit(0 if code == 1 and options["exit_zero"] else code)


def _wished(options: dict[str, Any]) -> str | None:
    """The output format of the environment, which is a wish: it yields to options that it does not go with."""
    wish = options["output_format"]
    yields = options["diff"] or (options["statistics"] and wish not in TEXT_FORMATS)
    return None if yields else wish


def _refuse_contradictions(options: dict[str, Any]) -> None:
    paths = options["paths"]
    writing = [name for name in ("fix", "diff", "add_ignores", "write_baseline") if options[name]]
    contradictions = (
        (len(writing) > 1, f"{_flags(writing)} exclude each other"),
        (options["add_ignores"] is not None and not options["add_ignores"].strip(), "--add-ignores needs a reason"),
        (options["diff"] and options["output_format"], "--diff has a format of its own; leave out --output-format"),
        (options["diff"] and options["statistics"], "--diff and --statistics exclude each other"),
        ("-" in paths and len(paths) > 1, "- (standard input) cannot be combined with other paths"),
        (options["stdin_filename"] and paths != ("-",), "--stdin-filename goes with the path -"),
        (options["watch"] and writing, f"--watch and {_flags(writing)} exclude each other"),
        (options["watch"] and paths == ("-",), "--watch cannot watch standard input"),
        (options["changed"] and paths == ("-",), "--changed cannot compare standard input"),
        # The rest of a changed file would be taken for gone.
        (
            options["changed"] is not None and options["write_baseline"],
            "--changed and --write-baseline exclude each other",
        ),
        (options["write_baseline"] and paths == ("-",), "--write-baseline cannot record standard input"),
        (
            options["statistics"] and options["output_format"] not in (None, *TEXT_FORMATS),
            f"--statistics goes with {', '.join(TEXT_FORMATS)}, not with {options['output_format']}",
        ),
    )
    _refuse(contradictions)
    file = options["output_file"]
    if file is not None and not file.absolute().parent.is_dir():
        raise click.UsageError(f"--output-file: no such folder: {file.parent}")


def settle_config(ctx: click.Context, options: dict[str, Any]) -> None:
    """Lets what is typed go before what is in the environment. Raises UsageError where options of `config_options`
    contradict each other."""
    if ctx.get_parameter_source("server") is ParameterSource.ENVIRONMENT and (options["model"] or options["no_model"]):
        options["server"] = None
    contradictions = (
        (options["model"] and options["no_model"], "--model and --no-model exclude each other"),
        (options["server"] and options["model"], "--server and --model exclude each other"),
        (options["server"] and options["no_model"], "--server and --no-model exclude each other"),
        (options["server_model"] and options["model"], "--server-model and --model exclude each other"),
        (options["server_model"] and options["no_model"], "--server-model and --no-model exclude each other"),
        (_config_files(options) and options["isolated"], "--config FILE and --isolated exclude each other"),
    )
    _refuse(contradictions)


def _refuse(contradictions: Sequence[tuple[Any, str]]) -> None:
    for holds, message in contradictions:
        if holds:
            raise click.UsageError(message)


def _flags(names: Sequence[str]) -> str:
    return " and ".join("--" + name.replace("_", "-") for name in names)


def _job(options: dict[str, Any]) -> Job:
    from srlint.run import Job

    modes = {"fix": options["fix"], "diff": options["diff"], "ignore": options["add_ignores"] is not None}
    return Job(
        resolver=_resolver(options),
        paths=options["paths"] or (".",),
        mode=next((mode for mode, asked in modes.items() if asked), "report"),
        unsafe=options["unsafe_fixes"],
        reason=options["add_ignores"] or "",
        changed_since=options["changed"],
        write_baseline=options["write_baseline"],
        # A table of statistics stands alone unless a report is asked for as well.
        format=options["output_format"],
        output_file=options["output_file"],
        statistics=options["statistics"],
        stdin_name=options["stdin_filename"],
        color=color_wanted(options["color"], to_file=options["output_file"] is not None),
        quiet=options["quiet"],
        verbose=options["verbose"],
        progress=not options["no_progress"],
        find_baseline=not options["isolated"],
        adjusted=any(options[name] for name in _ADJUSTING),
    )


def _resolver(options: dict[str, Any]) -> Resolver:
    """The settings: those of the options over those of the files."""
    from srlint.config import Resolver
    from srlint.run import run_folder

    start = run_folder(options["paths"] or (".",), options["stdin_filename"])
    return Resolver(overrides(options), config_file(options), options["isolated"], start=start)


def config_file(options: dict[str, Any]) -> Path | None:
    """The configuration file that `--config` names, if it does. Raises UsageError for more than one."""
    files = _config_files(options)
    if len(files) > 1:
        raise click.UsageError(f"--config: more than one file: {', '.join(files)}")
    return Path(files[0]) if files else None


def overrides(options: dict[str, Any]) -> list[dict[str, Any]]:
    """What the options of `config_options` set, for a `Resolver`. Raises ConfigError."""
    from srlint.config import parse_override

    single = [parse_override(value) for value in options["config"] if value not in _config_files(options)]
    given = {
        "select": options["select"],
        "extend_select": options["extend_select"],
        "ignore": options["ignore"],
        "threshold": options["threshold"],
        "model": options["model"],
        # Naming a model asks for one, whatever the file says.
        "use_model": False if options["no_model"] else True if options["model"] or options["server"] else None,
        "server": options["server"],
        "server_model": options["server_model"],
        "include_quotes": options["include_quotes"] or None,
        "code": options["code"] or None,
        "exclude": options["exclude"] or None,
        "extend_exclude": options["extend_exclude"] or None,
        "force_exclude": options["force_exclude"] or None,
        "respect_gitignore": False if options["no_gitignore"] else None,
        "baseline": Path(options["baseline"]) if options["baseline"] else None,
        "use_cache": False if options["no_cache"] else None,
        "cache_dir": options["cache_dir"],
        "jobs": options["jobs"],
        "fail_level": options.get("fail_level"),
    }
    return [*single, given]


def _config_files(options: dict[str, Any]) -> list[str]:
    return [value for value in options["config"] if "=" not in value or Path(value).is_file()]


def _show_settings(job: Job) -> None:
    from srlint.config import settings_as_toml

    print(settings_as_toml(job.settings, job.resolver.origins(job.folder)), end="")


def _show_files(job: Job) -> int:
    from srlint.output.escape import shown_name
    from srlint.run import find_targets, tell

    targets, notices = find_targets(job)
    for target in targets:
        print(shown_name(target.name))
    return FAILED if tell(notices, job) else 0


def _watch(job: Job) -> None:
    from srlint.run import run, say
    from srlint.watch import keep

    keep(lambda: run(job), job.paths, say)


def color_wanted(choice: str, *, to_file: bool) -> bool | None:
    """Whether to use colour; None leaves it to the stream. See https://no-color.org and https://force-color.org."""
    if choice != "auto":
        return choice == "always"
    if to_file:  # what is forced is meant for the log
        return False
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None
