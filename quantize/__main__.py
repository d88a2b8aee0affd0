"""`python -m quantize detector|adapter|convert`: trained weights in, a file that srlint loads out."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from quantize.merged import TYPES
from srlint.errors import SrlintError

CACHE = Path("runs/converters")
PACKAGE = Path(__file__).parent.parent / "srlint"


@click.group()
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
    "--out", type=click.Path(path_type=Path), default=PACKAGE / "models" / "adapter.gguf", help="The file to write."
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    default=CACHE,
    show_default=True,
    help="Where llama.cpp's converters are kept.",
)
def adapter(run: Path, out: Path, cache: Path) -> None:
    """Convert a LoRA adapter to GGUF and write its manifest."""
    from quantize import adapter as converting

    converting.convert(run, out, cache)
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


def _log(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except SrlintError as error:
        sys.exit(f"quantize: {error}")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
