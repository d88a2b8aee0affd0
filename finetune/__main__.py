"""`python -m finetune detector|train`: one run file in, one folder with the result and its record out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from finetune import dataset, settings
from srlint.errors import SrlintError

RUNS = Path("runs")
ADAPTER = Path(__file__).parent.parent / "srlint" / "models" / "adapter.json"


@click.group()
def main() -> None:
    """Train srlint's detector and its language model's adapter."""


@main.command()
@click.option("--config", type=click.Path(path_type=Path), required=True, help="The run file (TOML).")
@click.option("--out", type=click.Path(path_type=Path), default=RUNS, show_default=True, help="Where runs are kept.")
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--base", help="A folder or hub id to use instead of the run file's base.")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of the clean prose that the run file names.")
def detector(config: Path, out: Path, data: Path, base: str | None, corpora: Path | None) -> None:
    """Fine-tune the detector."""
    from finetune import detector_run

    run = settings.read(config, settings.DetectorRun)
    detector_run.main(run, dataset.load(data), base, corpora, out / run.name, _log)


@main.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder of the averaged run.")
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--base", required=True, help="The folder or hub id that all of the runs began with.")
@click.option("--max-false-alarms", type=click.FloatRange(0, 1), default=0.04, show_default=True)
def average(runs: tuple[Path, ...], out: Path, data: Path, base: str, max_false_alarms: float) -> None:
    """Average the weights of detector RUNS from one base."""
    from finetune import detector_run

    detector_run.average(runs, dataset.load(data), base, max_false_alarms, out, _log)


@main.command()
@click.option("--config", type=click.Path(path_type=Path), required=True, help="The run file (TOML).")
@click.option("--out", type=click.Path(path_type=Path), default=RUNS, show_default=True, help="Where runs are kept.")
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint of this run.")
def train(config: Path, out: Path, data: Path, resume: bool) -> None:
    """Fine-tune a LoRA adapter for a chat model."""
    from finetune import train as training
    from finetune.pairs import pairs

    run = settings.read(config, settings.LanguageRun)
    splits = dataset.load(data)
    found = pairs(splits["train"], run.clean_share, run.seed)
    held_out = pairs(splits["dev"], run.clean_share, run.seed)
    record = training.train(run, found, held_out, out / run.name, resume, _log)
    training.write_record(out / run.name, record | {"data": dataset.digest(splits["train"])})


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=dataset.DATA, help="Folder of our JSONL passages.")
@click.option("--manifest", type=click.Path(path_type=Path), default=ADAPTER, help="The adapter's JSON file.")
@click.option("--max-false-alarms", type=click.FloatRange(0, 1), default=0.04, show_default=True)
def judge(data: Path, manifest: Path, max_false_alarms: float) -> None:
    """Calibrate on dev how much say the embedded language model has beside the detector."""
    from finetune.judge import calibrate

    values = calibrate(dataset.load(data)["dev"], manifest, max_false_alarms, _log)
    _log(f"{manifest}: judge_weight {values['judge_weight']}, threshold {values['threshold']}")


def _log(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except SrlintError as error:
        sys.exit(f"finetune: {error}")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
