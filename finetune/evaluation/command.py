"""`python -m finetune evaluate`: systems side by side, suite by suite, into one report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from finetune import dataset, versions
from finetune.evaluation import judges, report, sentiment, suites, systems, toxicity
from finetune.evaluation.instruments import Instruments, Scorer
from finetune.evaluation.section import Section
from srlint import __version__, prompt
from srlint.detector import Detector
from srlint.errors import ConfigError

# Without --model: what takes no thought, the stock model, and what is shipped.
DEFAULT_SYSTEMS = ("copy", "delete", "terms", "zero-shot", "few-shot", "embedded")

# What `language.opened` calls the stock model beneath the embedded one.
_MODELS = {"base": ""}


@dataclass(frozen=True, slots=True)
class Judges:
    """Where the instruments that need a model lie; None leaves what they measure unmeasured.

    `toxicity`: a Detoxify checkpoint, with `toxicity_config` for its configuration and tokenizer; without one
    Detoxify's own download is tried. `perplexity` is a MODEL, or `base` for the stock one beneath the embedded.
    """

    toxicity: Path | None = None
    toxicity_config: Path | None = None
    entailment: Path | None = None
    embedding: Path | None = None
    perplexity: str | None = None


def main(
    models: Sequence[str],
    wanted: Sequence[str],
    folder: Path,
    own: Judges,
    limit: int | None,
    seed: int,
    log: Callable[[str], None],
) -> None:
    """Writes the report into `folder`. Raises ConfigError and ModelError before anything long begins where it can."""
    chosen = suites.wanted(wanted, log)
    specs = list(models) or list(DEFAULT_SYSTEMS)
    # A file of outputs may then hold more than one suite asks for.
    shared = limit is not None or sum(one.suite.asks_systems for one in chosen) > 1
    asked = systems.systems(specs, shared=shared)
    generators = systems.generators(specs)
    for one in chosen:
        if not one.suite.asks_systems and not generators:
            raise ConfigError(f"--suite {one.name}: asks language models, and none of the systems has one")
    instruments, notes = _instruments(own, log)
    with ExitStack() as stack:
        for system in (*asked, *generators):
            stack.callback(system.close)
        it = suites.Asked(asked, generators, instruments, limit, seed, log)
        sections: list[Section] = []
        try:
            for one in chosen:
                sections.append(one.suite.run(one.path, it))
        finally:
            # A run that is cut short leaves what is done.
            if sections:
                names = [system.name for system in asked]
                written = report.write(folder, sections, _made(names, chosen, limit, seed, notes))
                log(f"{folder}: {', '.join(written)}")


def _instruments(own: Judges, log: Callable[[str], None]) -> tuple[Instruments, dict[str, str]]:
    """The instruments, and for each that is missing the reason."""
    toxic, why_not = toxicity.open(own.toxicity, config=own.toxicity_config)
    moods, no_moods = sentiment.open()
    missing = {
        "toxicity": None if toxic else why_not,
        "sentiment": None if moods else no_moods,
        "entailment": None if own.entailment else "no --entailment-model",
        "similarity": None if own.embedding else "no --embedding-model",
        "perplexity": None if own.perplexity else "no --perplexity-model",
    }
    notes = {name: reason for name, reason in missing.items() if reason}
    for name, reason in notes.items():
        log(f"{name}: not measured: {reason}")
    return (
        Instruments(
            suspicion=_suspicion(),
            toxicity=toxic,
            sentiment=moods,
            entailment=judges.entailment(own.entailment) if own.entailment else None,
            similarity=judges.similarity(own.embedding) if own.embedding else None,
            perplexity=judges.perplexity(_MODELS.get(own.perplexity, own.perplexity)) if own.perplexity else None,
        ),
        notes,
    )


def _suspicion() -> Scorer:
    """P(flag) of the shipped detector for texts that stand alone."""
    detector = Detector.load()

    def scored(texts: Sequence[str]) -> list[float]:
        return [found.probability for found in detector.detect([(text, "") for text in texts])]

    return scored


def _made(
    names: Sequence[str], chosen: Sequence[suites.Wanted], limit: int | None, seed: int, notes: dict[str, str]
) -> dict[str, Any]:
    """What the figures hang on."""
    return {
        "srlint": __version__,
        "prompt": prompt.fingerprint(),
        "systems": list(names),
        "suites": {one.name: _digest(one) for one in chosen},
        "limit": limit,
        "seed": seed,
        "not_measured": notes,
        **versions.used(),
    }


def _digest(one: suites.Wanted) -> str:
    """Of all files that a suite reads."""
    if one.name == suites.INHOUSE:
        return dataset.digest(dataset.load(one.path)["test"])
    files = [one.path] if one.path.is_file() else sorted(path for path in one.path.rglob("*") if path.is_file())
    total = sha256()
    for path in files:
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()
