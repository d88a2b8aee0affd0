"""`python -m benchmarks repository | overhead | growth`: what checking whole repositories costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from srlint.errors import ConfigError

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_COUNT = click.IntRange(min=1)

_SHARED = (
    click.argument("folder", type=_FOLDER, default=Path("../shared/eval/docs_md")),
    click.option("--json", "json_file", type=_FILE, help="Write the figures, with hardware, versions and digests."),
)


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_SHARED):
        command = option(command)
    return command


@click.command()
@_shared
@click.option("--limit", type=_COUNT, help="Take only so many documents, spread over all.")
@click.option("--repeats", type=_COUNT, default=3, show_default=True, help="Rounds; in each, everybody runs once.")
@click.option("--peers", type=click.Path(path_type=Path, file_okay=False), help="Where npm and pip may install peers.")
@click.option("--model", "with_model", is_flag=True, help="Measure srlint with the embedded language model as well.")
def repository(folder: Path, json_file: Path | None, **options: Any) -> None:
    """Words a second of srlint, cold and warm, and of other linters, over a folder and over a commit of three files."""
    from benchmarks import beside_peers as benchmark

    _end(*benchmark.run(folder, **options), json_file)


@click.command()
@_shared
@click.option("--passages", type=_COUNT, default=2000, show_default=True, help="How many.")
@click.option("--repeats", type=_COUNT, default=3, show_default=True, help="Rounds; the fastest counts.")
def overhead(folder: Path, json_file: Path | None, passages: int, repeats: int) -> None:
    """The detector's own path from text to verdict, beside bare onnxruntime on the same tokens, ready-made."""
    from benchmarks import detector_overhead as benchmark

    _end(*benchmark.run(folder, passages, repeats), json_file)


@click.command()
@_shared
@click.option("--files", type=_COUNT, multiple=True, default=(1, 10, 100, 1000), show_default=True)
@click.option("--megabytes", type=_COUNT, default=5, show_default=True, help="The size of one long document.")
@click.option("--passages", type=_COUNT, default=100_000, show_default=True, help="Of these, one in 100 changes.")
def growth(folder: Path, json_file: Path | None, **options: Any) -> None:
    """Time and memory with more files, with a long document, and with a small change to many passages."""
    from benchmarks import grown as benchmark

    _end(*benchmark.run(folder, **options), json_file)


def _end(shown: str, figures: dict[str, Any], json_file: Path | None) -> None:
    click.echo(shown)
    if json_file is not None:
        from benchmarks import environment

        if not json_file.absolute().parent.is_dir():
            raise ConfigError(f"{json_file}: no such folder")
        environment.save(json_file, figures, None, False)
