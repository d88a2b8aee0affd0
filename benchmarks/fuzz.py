"""`python -m benchmarks fuzz [TARGET …]`: damaged input for every reader of srlint, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from benchmarks.fuzzing.watch import Outcome, watched
from benchmarks.tables import table

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_COUNT = click.IntRange(min=1)


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--executions", type=_COUNT, default=20_000, show_default=True, help="How many, over all targets.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which inputs.")
@click.option("--processes", type=_COUNT, default=1, show_default=True, help="How many targets at once.")
@click.option("--guided", is_flag=True, help="Let atheris make the inputs, by the branches that they take.")
@click.option(
    "--failures", type=_FOLDER, default="fuzz-failures", show_default=True, help="Where inputs that fail are written."
)
@click.option("--json", "json_file", type=_FILE, help="Write the figures, with hardware, versions and digests.")
def fuzz(
    targets: Sequence[str],
    executions: int,
    seed: int,
    processes: int,
    guided: bool,
    failures: Path,
    json_file: Path | None,
) -> None:
    """Give damaged input to the readers of srlint: documents, comments, settings, caches, models, messages.

    Each TARGET runs in a process of its own, with 1 GB of memory above its start and 5 s for one execution. All that
    may come out are srlint's own errors, of one line. The exit status is 1 when something failed.
    """
    from benchmarks.fuzzing.targets import TARGETS

    if unknown := [name for name in targets if name not in TARGETS]:
        raise click.UsageError(f"{unknown[0]}: not one of {', '.join(TARGETS)}")
    if guided and find_spec("atheris") is None:
        raise click.UsageError("--guided: atheris is not installed: run `pip install atheris`")
    outcomes = run(targets or tuple(TARGETS), executions, seed, processes, failures.absolute(), guided)
    shown, figures = _told(outcomes)
    click.echo(shown)
    if json_file is not None:
        from benchmarks import environment

        environment.save(json_file, figures, None, False)
    if figures["failures"]:
        click.echo(f"inputs that failed, and why: {failures}", err=True)
        sys.exit(1)


def run(
    names: Sequence[str], executions: int, seed: int, processes: int, folder: Path, guided: bool = False
) -> dict[str, Outcome]:
    """The outcome by target. Executions are shared out as the table of targets has it."""
    from benchmarks.fuzzing.targets import TARGETS

    shares = sum(TARGETS[name].share for name in names)
    counts = {name: max(1, round(executions * TARGETS[name].share / shares)) for name in names}

    def one(name: str) -> Outcome:
        found = watched(name, counts[name], seed, folder / name, guided)
        click.echo(f"{name}: {found.executions} executions, {found.failures} failures", err=True)
        return found

    with ThreadPoolExecutor(processes) as pool:
        return dict(zip(names, pool.map(one, names), strict=True))


def _told(outcomes: dict[str, Outcome]) -> tuple[str, dict[str, Any]]:
    rows = [
        (name, found.executions, f"{found.seconds:.0f}", found.failures, f"{found.longest:.3f}", f"{found.peak:.0f}")
        for name, found in outcomes.items()
    ]
    every = outcomes.values()
    total = (
        "all",
        sum(found.executions for found in every),
        f"{sum(found.seconds for found in every):.0f}",
        sum(found.failures for found in every),
        f"{max(found.longest for found in every):.3f}",
        f"{max(found.peak for found in every):.0f}",
    )
    head = ("target", "executions", "seconds", "failures", "longest, s", "memory above the start, MB")
    figures: dict[str, Any] = {
        name: {
            "executions": found.executions,
            "seconds": found.seconds,
            "failures": found.failures,
            "longest": found.longest,
            "peak": found.peak,
        }
        for name, found in outcomes.items()
    }
    return table(head, [*rows, total]), {"targets": figures, "executions": total[1], "failures": total[3]}
