"""`python -m quantize detector|tagger|adapter|convert|gguf`: trained weights in, a file that srlint loads out."""

from __future__ import annotations

import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from quantize.kinds import KINDS
from quantize.merged import TYPES
from srlint.errors import SrlintError
from srlint.progress import Progress

CACHE = Path("runs/converters")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
PACKAGE = Path(__file__).parent.parent / "srlint"


_THREADS = click.option(
    "--threads", type=click.IntRange(1), help="For llama.cpp; default: as many as there are processors."
)


class _Commands(click.Group):
    """`python -m quantize MERGED --to …` is short for the command that is asked for most."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help") and ("--to" in args or Path(args[0]).is_dir()):
            args = ["gguf", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands)
def main() -> None:
    """Turn trained weights into the files that srlint ships."""


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=PACKAGE / "data" / "detector.onnx", help="The file to write."
)
@click.option(
    "--passages", type=click.Path(path_type=Path), multiple=True, help="JSONL passages to compare verdicts on."
)
def detector(run: Path, out: Path, passages: tuple[Path, ...]) -> None:
    """Quantise a detector run to int8 ONNX and check its verdicts."""
    from quantize import detector as quantizing

    found = passages or sorted((PACKAGE.parent / "finetune" / "data").glob("*.jsonl"))
    parity = quantizing.quantize(run, out, found)
    click.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, {asdict(parity)}", err=True)


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=PACKAGE / "data", help="The folder to write both files into."
)
@click.option(
    "--passages", type=click.Path(path_type=Path), multiple=True, help="JSONL passages to compare edits on."
)
def tagger(run: Path, out: Path, passages: tuple[Path, ...]) -> None:
    """Quantise an edit tagger and its decoder to 8-bit weights and check their edits."""
    from quantize import tagger as quantizing

    found = passages or sorted((PACKAGE.parent / "finetune" / "data").glob("*.jsonl"))
    parity = quantizing.quantize(run, out, found)
    for name in quantizing.NAMES:
        click.echo(f"{out / name}: {(out / name).stat().st_size / 1e6:.1f} MB", err=True)
    click.echo(str(asdict(parity)), err=True)


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=PACKAGE / "models" / "adapter.gguf", help="The file to write."
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    default=CACHE,
    show_default=True,
    help="Where llama.cpp's converters are kept.",
)
@_THREADS
def adapter(run: Path, out: Path, cache: Path, threads: int | None) -> None:
    """Convert a LoRA adapter to GGUF and write its manifest."""
    from quantize import adapter as converting

    converting.convert(run, out, cache, log=_log, threads=threads)
    click.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB", err=True)


@main.command()
@click.argument("merged", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The GGUF file to write.")
@click.option("--type", "kind", type=click.Choice(TYPES), help="Of its weights, if not what they are in the folder.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    default=CACHE,
    show_default=True,
    help="Where llama.cpp's converters are kept.",
)
def convert(merged: Path, out: Path, kind: str | None, cache: Path) -> None:
    """Convert a MERGED model's folder to a GGUF file for `srlint check --model`."""
    from quantize import merged as converting

    converting.convert(merged, out, cache, kind, _log)
    _log(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


@main.command()
@click.argument("merged", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "kinds",
    multiple=True,
    required=True,
    type=click.Choice(tuple(KINDS), case_sensitive=False),
    help="What to make of it. Repeatable.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default=True, help="The folder."
)
@click.option(
    "--type", "whole", type=click.Choice(("f32", "f16", "bf16")), help="To convert to first, if not what they are."
)
@click.option("--keep", is_flag=True, help="Keep the file that is not quantised too.")
@click.option("--imatrix", "importance", is_flag=True, help="Weigh the matrices' columns by our own train passages.")
@click.option("--imatrix-file", "importance_file", type=_FILE, help="Or by a file of `llama-imatrix` (GGUF).")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="Measure on so many passages.")
@click.option("--rewrites", type=click.IntRange(0), default=40, show_default=True, help="Rewrite so many of them.")
@click.option("--calibrate", is_flag=True, help="Measure on our dev passages how much say each result gets.")
@click.option(
    "--calibrate-limit", type=click.IntRange(0), default=0, show_default=True, help="On so many of them; 0: all."
)
@click.option("--force", is_flag=True, help="Keep results that lost too much.")
@_THREADS
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    default=CACHE,
    show_default=True,
    help="Where llama.cpp's converters are kept.",
)
def gguf(kinds: tuple[str, ...], calibrate: bool, calibrate_limit: int, threads: int | None, **options: Any) -> None:
    """Convert a MERGED model's folder, quantise it, and measure each result against what it was made of.

    A result that keeps too few of the verdicts is refused. A run that was cut goes on when it is called again.
    """
    from quantize.order import Order
    from quantize.produce import produce
    from srlint.engine.threads import threads as usable

    order = Order(
        kinds=tuple(KINDS[name] for name in dict.fromkeys(kinds)),
        threads=threads or usable(),
        calibration=calibrate_limit if calibrate else None,
        **options,
    )
    if order.importance and order.importance_file:
        raise click.UsageError("--imatrix and --imatrix-file exclude each other")
    shown = _Shown()
    try:
        files = produce(order, shown.line, shown.show)
    finally:
        shown.clear()
    for file in files:
        _log(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


class _Shown:
    """Lines, and between them one that says how far a step is, on a terminal."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._name = ""

    def line(self, text: str) -> None:
        self.clear()
        _log(text)

    def show(self, name: str, done: int, of: int) -> None:
        if self._progress is None or name != self._name or not done:
            self.clear()
            self._progress, self._name = Progress(sys.stderr, of), name
        self._progress.show(done, name)

    def clear(self) -> None:
        if self._progress is not None:
            self._progress.clear()


def _log(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    # As an interruption, so that what is half-written goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main(standalone_mode=False)
    except SrlintError as error:
        print(f"quantize: {error}", file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
