"""`python -m benchmarks COMMAND`: tables on standard output, figures with --json."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.fuzz import fuzz
from benchmarks.repository import growth, overhead, repository
from benchmarks.robustness import robustness
from benchmarks.supply_chain import supply_chain
from srlint.errors import SrlintError

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
DATA = Path("finetune/data")
QUANTISATIONS = ("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q4_0")
SPLITS = ("dev", "test", "independent-dev", "independent-test", "independent-words", "independent-words-test")
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
@click.option("--corpora", type=FOLDER, help="Where the public corpora lie, some texts of which are labelled.")
@click.option("--list", "list_file", type=FILE, help="Write misses and false alarms, for reading.")
@peers
@shared
def detection(
    model: str | None, no_model: bool, json_file: Path | None, list_file: Path | None, **options: Any
) -> None:
    """Precision, recall, F1, AUC, false alarms on our and others' passages and on held-out clean prose; alex beside."""
    from benchmarks import detection as benchmark

    shown, figures, listed = benchmark.run(model=model, use_model=not no_model, **options)
    _write(list_file, listed)
    _end(shown, figures, json_file, model, not no_model)


@main.command()
@click.option("--data", type=FOLDER, default=DATA, show_default=True, help="Our JSONL passages.")
@click.option("--split", type=click.Choice(SPLITS), default="test", show_default=True)
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
@click.option("--split", type=click.Choice(("dev", "test")), default="test", show_default=True)
@click.option("--list", "list_file", type=FILE, help="Write what was missed or reported wrongly, for reading.")
@shared
def annotated(
    split: str, model: str | None, no_model: bool, json_file: Path | None, list_file: Path | None, **options: Any
) -> None:
    """Whole documents in five formats in which others hid passages to be found, and innocent look-alikes."""
    from benchmarks import annotated as benchmark

    shown, figures, listed = benchmark.run(split, model, not no_model, **options)
    _write(list_file, listed)
    _end(shown, figures, json_file, model, not no_model)


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


@main.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--limit", type=click.IntRange(min=1), default=60, show_default=True, help="How many passages.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="For llama.cpp, everywhere.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
def engine(folder: Path | None, json_file: Path | None, limit: int, threads: int) -> None:
    """The embedded model beside a chat call a passage, beside llama.cpp's bare calls, and beside the memory's speed.

    FOLDER holds documents to take passages from, most of them fair.
    """
    from benchmarks import engine as benchmark

    shown, figures = benchmark.run(_documents(folder), limit, threads)
    _end(shown, figures, json_file, None, True)


@main.command()
@click.option("--data", type=FOLDER, default=DATA, show_default=True, help="Our JSONL passages.")
@click.option(
    "--passages", type=click.IntRange(min=1), default=60, show_default=True, help="How many flagged, and as many clean."
)
@click.option("--each", type=click.IntRange(min=1), default=4, show_default=True, help="How many injections for each.")
@click.option("--list", "list_file", type=FILE, help="Write the cases whose verdict flips, for reading.")
@click.option("--model", metavar="FILE", help="A GGUF file instead of the embedded language model.")
@click.option("--no-model", is_flag=True, help="Do without a language model.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
def injections(
    data: Path,
    passages: int,
    each: int,
    list_file: Path | None,
    model: str | None,
    no_model: bool,
    json_file: Path | None,
) -> None:
    """Whether verdicts stay when text beside a passage gives orders to a model."""
    from benchmarks import injections as benchmark

    shown, figures, flipped = benchmark.run(data, passages, each, model, not no_model)
    _write(list_file, flipped)
    _end(shown, figures, json_file, model, not no_model)


@main.command()
@click.option("--data", type=FOLDER, default=DATA, show_default=True, help="Our JSONL passages.")
@click.option("--passages", type=click.IntRange(min=1), default=100, show_default=True, help="How many flagged ones.")
@click.option("--list", "list_file", type=FILE, help="Write the passages that are lost, for reading.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
def disguises(data: Path, passages: int, list_file: Path | None, json_file: Path | None) -> None:
    """Whether passages are found although the word at fault is written so that a filter would miss it."""
    from benchmarks import disguises as benchmark

    shown, figures, lost = benchmark.run(data, passages)
    _write(list_file, lost)
    _end(shown, figures, json_file, None, False)


for measured in (repository, overhead, growth):
    main.add_command(measured)
main.add_command(fuzz)
main.add_command(robustness)
main.add_command(supply_chain)


@main.command()
@click.option(
    "--rewrites",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="How many sentences of each kind to reword.",
)
@click.option("--list", "list_file", type=FILE, help="Write the versions with another verdict than most, for reading.")
@click.option("--model", metavar="FILE", help="A GGUF file instead of the embedded language model.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
def identities(rewrites: int, list_file: Path | None, model: str | None, json_file: Path | None) -> None:
    """Whether verdicts on neutral sentences and stereotypes hang on the group of people that they name."""
    from benchmarks import identities as benchmark

    shown, figures, odd = benchmark.run(rewrites, model)
    _write(list_file, odd)
    _end(shown, figures, json_file, model, bool(rewrites))


@main.command()
@click.argument("name")
def transcripts(name: str) -> None:
    """What a session with NAME (review, lsp) looks like, for the README: it is held here and now."""
    from benchmarks.transcripts import TRANSCRIPTS

    if name not in TRANSCRIPTS:
        raise click.UsageError(f"{name}: not one of {', '.join(TRANSCRIPTS)}")
    click.echo(TRANSCRIPTS[name](), nl=False)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option(
    "--repeats", type=click.IntRange(min=0), default=5, show_default=True, help="Sessions of each kind; 0: none."
)
@click.option("--keystrokes", type=click.IntRange(min=1), default=30, show_default=True, help="For each session.")
@click.option(
    "--edits", type=click.IntRange(min=0), default=10_000, show_default=True, help="To see memory over; 0: none."
)
@click.option("--no-model", is_flag=True, help="Do without a language model.")
@click.option("--json", "json_file", type=FILE, help="Write the figures, with hardware, versions and digests.")
def editor(
    file: Path | None, repeats: int, keystrokes: int, edits: int, no_model: bool, json_file: Path | None
) -> None:
    """Seconds until `srlint lsp` shows its findings in 500 words of FILE (Markdown), and after a keystroke; memory."""
    from benchmarks import editor as benchmark

    names = [file] if file else [Path("examples/engineering-guide.md"), Path("examples/newsletter.md")]
    text = "\n\n".join(name.read_text(encoding="utf-8") for name in names)
    shown, figures = benchmark.run(text, repeats, keystrokes, edits, not no_model)
    _end(shown, figures, json_file, None, not no_model)


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
