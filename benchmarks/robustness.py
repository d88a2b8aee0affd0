"""`python -m benchmarks robustness COMMAND`: faults, load and sameness; the exit status is 1 when something broke."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.robustness_runs import WRITERS
from benchmarks.robustness_started import COMMANDS

_FILE = click.Path(path_type=Path, dir_okay=False)
_COUNT = click.IntRange(min=1)

_SHARED = (
    click.option("--seed", type=int, default=0, show_default=True, help="Which moments, or which order."),
    click.option("--json", "json_file", type=_FILE, help="Write the figures, with hardware, versions and digests."),
)


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_SHARED):
        command = option(command)
    return command


@click.group()
def robustness() -> None:
    """Try to break srlint. Nothing needs a network or a language model unless it says so."""


@robustness.command()
@click.option("--files", type=_COUNT, default=200, show_default=True, help="How many documents to rewrite.")
@click.option("--times", type=_COUNT, default=100, show_default=True, help="How many runs to kill.")
@click.option(
    "--writer", type=click.Choice(list(WRITERS)), default="fix", show_default=True, help="What rewrites them."
)
@_shared
def kill(json_file: Path | None, **options: Any) -> None:
    """Kill runs that rewrite documents at random moments; each must be the old or the new one, byte for byte."""
    from benchmarks import robustness_kill as benchmark

    _end(*benchmark.run(**options), json_file)


@robustness.command()
@click.option("--files", type=_COUNT, default=60, show_default=True, help="How many documents to check.")
@click.option("--times", type=_COUNT, default=40, show_default=True, help="How many runs to interrupt.")
@click.option("--model", "use_model", is_flag=True, help="With the embedded language model.")
@click.option("--command", type=click.Choice(list(COMMANDS)), default="check", show_default=True, help="What is run.")
@_shared
def interrupt(json_file: Path | None, **options: Any) -> None:
    """Interrupt runs at random moments; no process, lock or traceback may be left, and the cache must be whole."""
    from benchmarks import robustness_interrupt as benchmark

    _end(*benchmark.run(**options), json_file)


@robustness.command()
@click.option("--files", type=_COUNT, default=20_000, show_default=True, help="How many documents.")
@click.option("--json", "json_file", type=_FILE, help="Write the figures, with hardware, versions and digests.")
def load(json_file: Path | None, files: int) -> None:
    """Time, peak memory and open files of a run over many documents, cold and warm."""
    from benchmarks import robustness_load as benchmark

    _end(*benchmark.many_files(files), json_file)


@robustness.command()
@click.option("--files", type=_COUNT, default=40, show_default=True, help="How many documents each run checks.")
@click.option("--runs", type=_COUNT, default=50, show_default=True, help="How many at once.")
@click.option("--json", "json_file", type=_FILE, help="Write the figures, with hardware, versions and digests.")
def shared(json_file: Path | None, files: int, runs: int) -> None:
    """Runs at once that share one cache: each must report what a run alone does, and the cache must be whole."""
    from benchmarks import robustness_load as benchmark

    _end(*benchmark.many_runs(files, runs), json_file)


@robustness.command()
@click.option("--runs", type=_COUNT, default=20, show_default=True, help="How many.")
@click.option(
    "--passages", type=_COUNT, default=40, show_default=True, help="How many flagged ones, and as many clean."
)
@click.option("--no-model", is_flag=True, help="Do without a language model.")
@_shared
def same(json_file: Path | None, no_model: bool, **options: Any) -> None:
    """Runs with one and two processors, shuffled documents, cold and warm caches: all must print the same bytes."""
    from benchmarks import robustness_same as benchmark

    _end(*benchmark.run(use_model=not no_model, **options), json_file)


def _end(shown: str, figures: dict[str, Any], json_file: Path | None) -> None:
    click.echo(shown)
    if json_file is not None:
        from benchmarks import environment

        environment.save(json_file, figures, None, False)
    if figures["broken"]:
        sys.exit(1)
