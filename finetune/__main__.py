"""`python -m finetune COMMAND`: training from run files, and what is measured and fitted around it."""

from __future__ import annotations

import os
import sys

# Bars are for a person at a terminal. The libraries that draw them ask when they are imported.
if not sys.stderr.isatty():
    os.environ.setdefault("TQDM_DISABLE", "1")

import dataclasses
import json
import warnings
from pathlib import Path
from typing import Any

import click

from finetune import dataset, settings
from srlint.errors import SrlintError

RUNS = Path("runs")
PATH = click.Path(path_type=Path)
VERDICTS = Path(__file__).parent / "verdicts.jsonl"
READINGS = Path(__file__).parent / "readings.jsonl"
RANKING = Path(__file__).parent.parent / "srlint" / "data" / "ranking.json"
DETECTOR = Path(__file__).parent.parent / "srlint" / "data" / "detector.onnx"
CALIBRATION = Path(__file__).parent.parent / "srlint" / "data" / "calibration.jsonl.gz"
VERIFICATION = Path(__file__).parent.parent / "quantize" / "data" / "passages.jsonl.gz"
ADAPTER = Path(__file__).parent.parent / "srlint" / "models" / "adapter.json"


@click.group()
def main() -> None:
    """Train srlint's detector and its language model's adapter, and fit what hangs on them."""


@main.command()
@click.option("--config", type=click.Path(path_type=Path), required=True, help="The run file (TOML).")
@click.option("--out", type=click.Path(path_type=Path), default=RUNS, show_default=True, help="Where runs are kept.")
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--base", help="A folder or hub id to use instead of the run file's base.")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of the sentences that the run file names.")
@click.option("--teacher-base", help="A folder or hub id to use instead of the base of the teacher's run.")
def detector(
    config: Path, out: Path, data: Path, base: str | None, corpora: Path | None, teacher_base: str | None
) -> None:
    """Fine-tune the detector."""
    from finetune import detector_run

    run = settings.read(config, settings.DetectorRun)
    detector_run.main(run, dataset.load(data), base, corpora, out / run.name, _log, teacher_base)


@main.command()
@click.option("--config", type=PATH, required=True, help="The run file (TOML).")
@click.option("--out", type=PATH, default=RUNS, show_default=True, help="Where runs are kept.")
@click.option("--data", type=PATH, default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--base", help="A folder or hub id to use instead of the run file's base.")
@click.option("--corpora", type=PATH, help="Folder of the sentences that the run file names.")
@click.option(
    "--share",
    "shares",
    type=click.FloatRange(0, 1, min_open=True),
    multiple=True,
    default=[0.25, 0.5, 0.75, 1.0],
    show_default=True,
    help="A share of the passages to train on; may be given more than once.",
)
def curve(
    config: Path, out: Path, data: Path, base: str | None, corpora: Path | None, shares: tuple[float, ...]
) -> None:
    """Train the detector on growing shares of the passages and say how good each is on dev."""
    from finetune import curve as curves

    run = settings.read(config, settings.DetectorRun)
    curves.main(run, dataset.load(data), base, corpora, shares, out / run.name, _log)


@main.command()
@click.option("--config", type=PATH, required=True, help="The run file (TOML).")
@click.option("--out", type=PATH, default=RUNS, show_default=True, help="Where runs are kept.")
@click.option("--data", type=PATH, default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--corpora", type=PATH, required=True, help="Folder of the sentences that the run file names.")
@click.option("--keep", type=PATH, help="A screen.npz whose network stays: choose only its cuts anew.")
def screen(config: Path, out: Path, data: Path, corpora: Path, keep: Path | None) -> None:
    """Train the screen that says what the detector must read; copy its screen.npz to srlint/data to ship it.

    A screen belongs to one detector. For another one that differs little, --keep does.
    """
    from finetune.screening import run as screening

    run = settings.read(config, settings.ScreenRun)
    record = screening.main(run, dataset.load(data), corpora, DETECTOR, out / run.name, _log, keep)
    for level, figures in record["figures"]["test"].items():
        _log(f"probability {level}: recall {figures['recall']} of {figures['flagged']} on test")


@main.command()
@click.option("--config", type=PATH, required=True, help="The run file (TOML).")
@click.option("--out", type=PATH, default=RUNS, show_default=True, help="Where runs are kept.")
@click.option("--data", type=PATH, default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--readings", type=PATH, default=READINGS, help="What readers said of rewrites of them.")
@click.option("--corpora", type=PATH, help="Folder of the sentences that the run file names.")
def tagger(config: Path, out: Path, data: Path, readings: Path, corpora: Path | None) -> None:
    """Train the edit tagger, which says where an editor would change a flagged passage, and its decoder of phrases.

    It belongs to the detector in the package, whose states it reads.
    """
    from finetune import readings as reading
    from finetune import tagger as tagging

    run = settings.read(config, settings.TaggerRun)
    tagging.main(run, dataset.load(data), reading.read(readings), corpora, out / run.name, _log)


@main.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder of the averaged run.")
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--base", required=True, help="The folder or hub id that all of the runs began with.")
@click.option("--max-false-alarms", type=click.FloatRange(0, 1), default=0.04, show_default=True)
@click.option("--states-of", type=PATH, help="The 8-bit detector whose states (its edit tagger reads them) are kept.")
def average(
    runs: tuple[Path, ...], out: Path, data: Path, base: str, max_false_alarms: float, states_of: Path | None
) -> None:
    """Average the weights of detector RUNS from one base."""
    from finetune import detector_run

    detector_run.average(runs, dataset.load(data), base, max_false_alarms, out, _log, states_of)


@main.command()
@click.option("--config", type=click.Path(path_type=Path), required=True, help="The run file (TOML).")
@click.option("--out", type=click.Path(path_type=Path), default=RUNS, show_default=True, help="Where runs are kept.")
@click.option("--data", help="A file, folder or hub data set id to use instead of the run file's data.")
@click.option("--base", help="A folder, GGUF file or hub id to use instead of the run file's base.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint of this run.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, with estimates of memory and time.")
def train(config: Path, out: Path, data: str | None, base: str | None, resume: bool, dry_run: bool) -> None:
    """Fine-tune a chat model: QLoRA, LoRA, prefix tuning, or all weights."""
    from finetune.pairs import Pair, pairs

    run = settings.read(config, settings.LanguageRun)
    run = dataclasses.replace(run, data=data or run.data, base=base or run.base)
    splits = {name: dataset.spread(rows, run.limit) for name, rows in _splits(run).items()}

    def dealt(split: str, epoch: int) -> list[Pair]:
        return pairs(splits[split], run.clean_share, run.seed + epoch, run.infill_share)

    epochs, held_out = [dealt("train", epoch) for epoch in range(run.epochs)], dealt("dev", 0)
    if dry_run:
        from finetune.training import estimate

        estimate.main(run, epochs, held_out, _log)
        return
    from finetune import train as training

    record = training.train(run, epochs, held_out, out / run.name, resume, _log)
    if training.leads():
        training.write_record(out / run.name, record | {"data": dataset.digest(splits["train"])})


def _splits(run: settings.LanguageRun) -> dict[str, list[dataset.Row]]:
    if run.data == "own":
        return dataset.load(dataset.DATA)
    from finetune import sources

    return sources.load(run.data, run.seed, _log, run.deduplicate)


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--dtype", type=click.Choice(["bfloat16", "float16", "float32"]), default="bfloat16", show_default=True)
@click.option("--base", help="Where the run's base lies now, if not where its record says.")
def merge(run: Path, out: Path, dtype: str, base: str | None) -> None:
    """Merge a RUN's adapter into its full-precision base."""
    from finetune import merge as merging

    merging.merge(run, out, dtype, base, _log)


@main.command()
@click.option("--model", "models", multiple=True, metavar="[NAME=]SYSTEM", help="What to compare. Repeatable.")
@click.option(
    "--suite", "suites", multiple=True, default=["in-house"], show_default=True, metavar="NAME[=PATH]",
    help="in-house, toxigen=FILE, bold=FOLDER, stereoset=FILE. Repeatable.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The report's folder.")
@click.option("--limit", type=click.IntRange(min=1), help="Take only so many items of each suite, spread over all.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--toxicity-checkpoint", "toxicity", type=PATH, help="A Detoxify checkpoint instead of its download.")
@click.option("--toxicity-config", type=PATH, help="Folder of its configuration and tokenizer, where there is no hub.")
@click.option("--entailment-model", "entailment", type=PATH, help="Folder of a classifier that knows entailment.")
@click.option("--embedding-model", "embedding", type=PATH, help="Folder of an encoder, for the likeness of meaning.")
@click.option("--perplexity-model", "perplexity", metavar="MODEL", help="Whose perplexity counts: a MODEL, or base.")
def evaluate(
    models: tuple[str, ...], suites: tuple[str, ...], out: Path, limit: int | None, seed: int, **judges: Any
) -> None:
    """Compare systems that rewrite: a report with tables, plots and figures.

    A SYSTEM is copy, delete, terms, embedded, zero-shot[:MODEL], few-shot[:MODEL], gguf:FILE (through the command), a
    MODEL asked alone, or a .jsonl file of outputs. A MODEL is a .gguf file, a folder of transformers, a run of `train`,
    or a hub id. Without any: all that needs no MODEL.
    """
    from finetune.evaluation import command

    command.main(models, suites, out, command.Judges(**judges), limit, seed, _log)


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--manifest", type=click.Path(path_type=Path), default=ADAPTER, help="The adapter's JSON file.")
@click.option("--max-false-alarms", type=click.FloatRange(0, 1), default=0.04, show_default=True)
def judge(data: Path, manifest: Path, max_false_alarms: float) -> None:
    """Calibrate on dev how much say the embedded language model has beside the detector."""
    from finetune.judge import calibrate

    values = calibrate(dataset.load(data)["dev"], manifest, max_false_alarms, _log)
    _log(f"{manifest}: judge_weight {values['judge_weight']}, threshold {values['threshold']}")


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--out", type=click.Path(path_type=Path), default=CALIBRATION, help="The gzip JSONL file to write.")
def calibration(data: Path, out: Path) -> None:
    """Write the dev passages that `srlint model calibrate` measures on, for the wheel."""
    from finetune import calibration as shipped

    rows = dataset.load(data)["dev"]
    shipped.write(rows, out)
    _log(f"{out}: {len(rows)} passages")


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--out", type=click.Path(path_type=Path), default=VERIFICATION, help="The gzip JSONL file to write.")
def verification(data: Path, out: Path) -> None:
    """Write the passages on which `python -m quantize` measures what shrinking costs."""
    from finetune import verification as fixed

    _log(f"{out}: {fixed.write(dataset.load(data), out)} passages")


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--split", type=click.Choice(dataset.SPLITS), default="dev", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="So many flagged passages, evenly from all.")
@click.option("--known", type=PATH, help="Verdicts that readers have given already; the passages are those and others.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The JSONL file to write.")
def candidates(data: Path, split: str, limit: int | None, known: Path | None, out: Path) -> None:
    """Write every rewrite that the embedded model proposes, for readers to say which they accept."""
    from finetune import ranking as fitting

    verdicts = fitting.read(known) if known else []
    judged = {verdict.id for verdict in verdicts}
    rows = [row for row in dataset.load(data)[split] if row.flagged]
    others = dataset.spread([row for row in rows if row.id not in judged], limit or 0)
    with open(out, "w", encoding="utf-8") as file:
        for item in fitting.candidates([*(row for row in rows if row.id in judged), *others], verdicts):
            file.write(json.dumps(item, ensure_ascii=False) + "\n")


@main.command()
@click.option("--verdicts", type=click.Path(path_type=Path), default=VERDICTS, help="Readers' verdicts on candidates.")
@click.option("--target", type=click.Path(path_type=Path), default=RANKING, help="The JSON file to write.")
@click.option("--accepted", type=click.FloatRange(0, 1), default=0.78, show_default=True, help="Share to be accepted.")
def ranking(verdicts: Path, target: Path, accepted: float) -> None:
    """Fit the ranks of rewrites to what readers accepted."""
    from finetune import ranking as fitting

    fitting.main(verdicts, target, accepted, _log)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--detector", type=click.Path(path_type=Path), help="The ONNX file of another detector.")
@click.option("--known", type=click.Path(path_type=Path), help="A file of ids that a reader has seen already.")
@click.option("--count", type=click.IntRange(min=1), default=300, show_default=True)
def mine(files: tuple[Path, ...], detector: Path | None, known: Path | None, count: int) -> None:
    """Print the clean sentences in gzip JSONL FILES that the detector suspects most, for a reader to decide."""
    from finetune.mine import suspected

    for probability, name, text in suspected(files, detector, known, count):
        click.echo(f"{probability:.3f}\t{name}\t{text}")


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
def agreement(data: Path) -> None:
    """How far a second reader agrees with the labels, overall and by category."""
    from finetune import agreement as readers

    rows = [row for own in dataset.load(data).values() for row in own]
    for line in readers.report(rows, readers.read(readers.READINGS)):
        _log(line)


def _log(line: str) -> None:
    # `accelerate launch` starts one process a GPU; one of them speaks.
    if os.environ.get("RANK", "0") == "0":
        click.echo(line, err=True)


if __name__ == "__main__":
    # Libraries' notes to their callers are no news to a person at a terminal.
    warnings.simplefilter("ignore")
    try:
        main(standalone_mode=False)
    except SrlintError as error:
        print(f"finetune: {error}", file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
