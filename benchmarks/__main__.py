"""`python -m benchmarks COMMAND`: tables on standard output, figures with --json."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from srlint.errors import SrlintError

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
DATA = Path("finetune/data")
QUANTISATIONS = ("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q4_0")
DOCUMENTS = Path("../shared/eval/docs_md")

_SHARED = (
    click.option("--model", metavar="FILE", help="A GGUF file instead of the embedded language model."),
    click.option("--no-model", is_flag=True, help="Do without a language model."),
    click.option("--limit", type=click.IntRange(min=1), help="Take only so many, spread over all: for a quick look."),
    click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests."),
)


def shared(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every benchmark has."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


def peers(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--peers", type=FOLDER, help="Where npm may keep alex; without it alex takes no part.")(command)


@click.group()
def main() -> None:
    """Measure srlint. Run from the top of a checkout; every command says what it measures with --help."""


@main.command()
@click.option("--data", type=FOLDER, default=DATA, show_default=True, help="Our JSONL passages.")
@click.option("--clean", type=FILE, multiple=True, help="Gzip JSONL of clean sentences. Repeatable.")
@click.option(
    "--sentences", type=click.IntRange(min=1), default=5000, show_default=True, help="How many of each such file."
)
@click.option(
    "--run",
    "training",
    type=FILE,
    default=Path("finetune/runs/detector.toml"),
    show_default=True,
    help="What the detector saw.",
)
@click.option("--list", "list_file", type=FILE, help="Write misses and false alarms, for reading.")
@peers
@shared
def detection(
    model: str | None, no_model: bool, json_file: Path | None, list_file: Path | None, **options: Any
) -> None:
    """Precision, recall, F1, AUC, false alarms on own dev and test and on held-out clean prose; alex on the same."""
    from benchmarks import detection as benchmark

    shown, figures, listed = benchmark.run(model=model, use_model=not no_model, **options)
    _write(list_file, listed)
    _end(shown, figures, json_file, model, not no_model)


@main.command()
@click.option("--data", type=FOLDER, default=DATA, show_default=True, help="Our JSONL passages.")
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True)
@click.option("--list", "list_file", type=FILE, help="Write every passage with what became of it, for reading.")
@shared
def rewrites(model: str | None, no_model: bool, json_file: Path | None, list_file: Path | None, **options: Any) -> None:
    """Share of flagged passages rewritten, what was removed, kept, broken; beside copying and deleting."""
    from benchmarks import rewrites as benchmark

    shown, figures, listed = benchmark.run(model=model, use_model=not no_model, **options)
    _write(list_file, listed)
    _end(shown, figures, json_file, model, not no_model)


@main.command()
@click.option("--data", type=FOLDER, default=DATA, show_default=True, help="Our JSONL passages.")
@click.option(
    "--split",
    "splits",
    type=click.Choice(["dev", "test"]),
    multiple=True,
    default=["dev", "test"],
    show_default=True,
)
@click.option("--limit", type=click.IntRange(min=1), help="Take only so many, spread over all: for a quick look.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
@click.option("--list", "list_file", type=FILE, help="Write the verdicts that changed, for reading.")
def groups(json_file: Path | None, list_file: Path | None, **options: Any) -> None:
    """Whether the verdict stays when a passage names another group of people; found and left alone by kind of group."""
    from benchmarks import groups as benchmark

    shown, figures, listed = benchmark.run(**options)
    _write(list_file, listed)
    _end(shown, figures, json_file, None, False)


@main.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--sample", type=click.IntRange(min=0), default=40, show_default=True, help="How many findings to print.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which ones.")
@shared
def documents(folder: Path | None, model: str | None, no_model: bool, json_file: Path | None, **options: Any) -> None:
    """Findings per 1,000 words in the documents under FOLDER, and a random sample of them to read."""
    from benchmarks import documents as benchmark

    shown, figures = benchmark.run(folder=_documents(folder), model=model, use_model=not no_model, **options)
    _end(shown, figures, json_file, model, not no_model)


@main.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option(
    "--repeats", type=click.IntRange(min=1), default=3, show_default=True, help="Runs of each kind; the median counts."
)
@peers
@shared
def speed(folder: Path | None, model: str | None, no_model: bool, json_file: Path | None, **options: Any) -> None:
    """Cold and warm time and memory of `srlint check` on FOLDER, its start, the model's share; alex on the same."""
    from benchmarks import speed as benchmark

    shown, figures = benchmark.run(folder=_documents(folder), model=model, use_model=not no_model, **options)
    _end(shown, figures, json_file, model, not no_model)


@main.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--files", type=click.IntRange(min=1), default=1000, show_default=True, help="How many documents.")
@shared
def cached(folder: Path | None, model: str | None, no_model: bool, json_file: Path | None, **options: Any) -> None:
    """Time of `srlint check` over many files of which each was checked before."""
    from benchmarks import cached as benchmark

    options.pop("limit")
    shown, figures = benchmark.run(folder=_documents(folder), model=model, use_model=not no_model, **options)
    _end(shown, figures, json_file, model, not no_model)


@main.command()
@click.option(
    "--config",
    type=FILE,
    default=Path("finetune/runs/embedded.toml"),
    show_default=True,
    help="The run file; of its settings only what the plain script shares with it is used.",
)
@click.option("--base", help="A folder, GGUF file or hub id to use instead of the run file's base.")
@click.option("--method", type=click.Choice(["lora", "qlora"]), help="Instead of the run file's method.")
@click.option("--texts", type=click.IntRange(min=8), default=512, show_default=True, help="How many to train on.")
@click.option("--held-out", type=click.IntRange(min=1), default=64, show_default=True, help="How many to test on.")
@click.option(
    "--repeats", type=click.IntRange(min=1), default=3, show_default=True, help="Runs of each kind; the median counts."
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    help="Texts that the plain script takes at once; a step may take several. Default: a whole step of ours.",
)
@click.option("--by-length", is_flag=True, help="Measure the plain script with batches of like length too.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
def training(json_file: Path | None, **options: Any) -> None:
    """Tokens a second and peak memory of `finetune train` beside a plain peft and Trainer script on the same texts."""
    from benchmarks import training as benchmark

    shown, figures = benchmark.run(**options)
    _end(shown, figures, json_file, None, False)


@main.command()
@click.option("--to", "kinds", multiple=True, default=QUANTISATIONS, show_default=True, help="The types. Repeatable.")
@click.option("--shape", type=click.Choice(["llama3.2-1b"]), help="A random model of this shape instead: speed only.")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="How many dev passages.")
@click.option(
    "--rewrites", type=click.IntRange(min=1), default=40, show_default=True, help="How many of them to rewrite."
)
@click.option("--threads", type=click.IntRange(min=1), help="For llama.cpp; default: as many as there are processors.")
@click.option("--report", type=FILE, help="Write the table there too.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
def quantisation(json_file: Path | None, report: Path | None, **options: Any) -> None:
    """Size, speed, verdicts and rewrites of the embedded model in each type, against half precision."""
    from benchmarks import quantisation as benchmark
    from quantize.kinds import KINDS

    if unknown := set(options["kinds"]) - KINDS.keys():
        raise click.UsageError(f"--to {min(unknown)}: not one of {', '.join(KINDS)}")
    shown, figures = benchmark.run(**options)
    _write(report, f"```text\n{shown}\n```\n")
    _end(shown, figures, json_file, None, options["shape"] is None)


def _documents(folder: Path | None) -> Path:
    found = folder or DOCUMENTS
    if not found.is_dir():
        raise click.UsageError(f"{found}: no such folder" if folder else "say which FOLDER of documents to read")
    return found


def _write(path: Path | None, text: str) -> None:
    if path is not None:
        path.write_text(text, encoding="utf-8")


def _end(shown: str, figures: dict[str, Any], json_file: Path | None, model: str | None, use_model: bool) -> None:
    click.echo(shown)
    if json_file is not None:
        from benchmarks import environment

        environment.save(json_file, figures, model, use_model)


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except (SrlintError, ValueError, OSError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
