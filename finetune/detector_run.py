"""A whole detector run: train, average, calibrate on dev, measure, save as ONNX with a record."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from importlib import resources
from pathlib import Path

import torch
from tokenizers import Tokenizer

from finetune import dataset, labelled, metrics, shipped
from finetune import detector as training
from finetune.altered import altered, near_words
from finetune.dataset import Row
from finetune.detector_export import COMPARED, SHARED_LAYERS, compared, export, states_digest
from finetune.encoder import load_encoder
from finetune.lesson import Teacher, only_weights, weights
from finetune.settings import DetectorRun
from finetune.swaps import crossed, swapped
from srlint.categories import IDS
from srlint.errors import ConfigError
from srlint.odds import probability
from srlint.terms import TermList, evidence_kind, told
from srlint.tokens import shipped_tokenizer

# What `start` says of the weights in the package.
SHIPPED = "shipped"
# The kinds of `srlint.terms.evidence_kind`.
_EVIDENCE = ("settled", "sure", "unsure")
# The weights that the states hang on which the detector shares with the edit tagger.
_BEHIND_STATES = re.compile(rf"encoder\.(?:embeddings|encoder\.layer\.[0-{SHARED_LAYERS - 1}])\.")
# Longer texts teach a reader of sentences little.
_MOST_WORDS = 60


def main(
    run: DetectorRun,
    splits: dict[str, list[Row]],
    base: str | None,
    corpora: Path | None,
    out: Path,
    log: Callable[[str], None],
    teacher_base: str | None = None,
) -> dict:
    """Trains once a seed, averages the weights, and writes detector.onnx, detector.json and run.json under `out`.

    Runs named in `run` lie beside `out`. Raises ConfigError for one that is not there.
    """
    base = base or run.base
    examples = material(run, splits["train"], corpora)
    if run.teacher:
        teacher = Teacher(out.parent / run.teacher, teacher_base, out, log)
        unlabelled = _unlabelled(run, splits["train"], corpora) + _altered(run, splits["train"], base)
        said = teacher.asked(unlabelled, bool(run.state_weight))
        if run.state_weight:
            known = teacher.asked(examples, states=True)
            examples = [replace(item, states=own.states) for item, own in zip(examples, known, strict=True)]
        examples += [training.taught(*pair) for pair in zip(unlabelled, said, strict=True)]
    start = _start(run, out)
    started = time.monotonic()
    models = [of_seed(run, base, examples, seed, start, out, log) for seed in run.seeds]
    model = training.average(models) if len(models) > 1 else models[0]
    minutes = (time.monotonic() - started) / 60
    made = {"settings": asdict(run), "training_passages": len(examples), "minutes": round(minutes, 1)}
    made |= {"start": start.name} if start else {}
    made |= {"teacher": teacher.weights.name} if run.teacher else {}
    return _finish(model, shipped_tokenizer(), splits, run.max_false_alarms, made, out, log)


def material(run: DetectorRun, rows: Sequence[Row], corpora: Path | None) -> list[training.Example]:
    """Our rows, versions of them about other groups, labelled texts of others, clean prose, and rewrites as clean
    passages."""
    tokenizer = shipped_tokenizer()
    stressed = [row for row in rows if _file(row) in run.stressed]
    some = dataset.spread([row for row in rows if _file(row) not in run.stressed], run.limit)
    known = (*some, *stressed)
    about_others = (*swapped(known, run.swap_share, 0), *crossed(known, run.crossed, 0))
    examples = [training.example(tokenizer, row) for row in (*some, *about_others)]
    examples += [training.example(tokenizer, row, run.stressed_weight) for row in stressed]
    of_others = labelled_rows(run, corpora)["train"]
    examples += [training.example(tokenizer, row, run.labelled_weight) for row in of_others]
    flagged = [row.text for row in rows if row.flagged]
    texts = _clean(run, corpora)
    texts += [row.text for row in crossed(list(map(dataset.clean_row, texts)), run.crossed, 1)]
    clean = dataset.as_passages(texts, run.fragment_share, 0, flagged, run.flagged_context_share)
    examples += [training.clean_example(tokenizer, *passage, run.clean_weight) for passage in clean]
    if run.rewrite_weight:
        rewritten = [
            (row.rewrites[0], row.before) for row in rows if row.rewrites and row.difficulty in run.rewritten
        ]
        examples += [training.clean_example(tokenizer, *passage, run.rewrite_weight) for passage in rewritten]
    return examples


def _file(row: Row) -> str:
    """The file that a row of ours stands in, without ending."""
    return row.id.rpartition("-")[0]


def _start(run: DetectorRun, out: Path) -> Path | None:
    """The weights to begin with, if not the base's. Those of the package are taken out of its graph first."""
    if run.start != SHIPPED:
        return only_weights(out.parent / run.start) if run.start else None
    graph = Path(str(resources.files("srlint") / "data" / "detector.onnx"))
    path = out / f"shipped-{sha256(graph.read_bytes()).hexdigest()[:16]}.pt"
    out.mkdir(parents=True, exist_ok=True)
    torch.save(shipped.state(graph), path)
    return path


def average(
    runs: Sequence[Path],
    splits: dict[str, list[Row]],
    base: str,
    max_false_alarms: float,
    out: Path,
    log: Callable[[str], None],
    states_of: Path | None = None,
) -> dict:
    """Averages the weights of finished runs from one base, calibrates and measures the result like a run of its own.

    The states that the edit tagger goes on from are those of the 8-bit graph `states_of`, for runs that began with its
    weights and left these layers as they are. Raises ConfigError for a folder without weights, ModelError for another
    graph.
    """
    models = []
    for path in [path for folder in runs for path in weights(folder)]:
        model = training.DetectorModel(load_encoder(base, 0.0), 0.0)
        model.load_state_dict(torch.load(path, weights_only=True))
        models.append(model.eval())
    out.mkdir(parents=True, exist_ok=True)
    mean = training.average(models)
    if states_of:
        kept = shipped.state(states_of)
        mean.load_state_dict(mean.state_dict() | {name: kept[name] for name in kept if _BEHIND_STATES.match(name)})
    torch.save(mean.state_dict(), out / "seed-mean.pt")
    made: dict = {"states": shipped.states_digest(states_of)} if states_of else {}
    made |= {"average_of": [json.loads((folder / "run.json").read_text(encoding="utf-8")) for folder in runs]}
    return _finish(mean, shipped_tokenizer(), splits, max_false_alarms, made, out, log)


def _finish(
    model: training.DetectorModel,
    tokenizer: Tokenizer,
    splits: dict[str, list[Row]],
    max_false_alarms: float,
    made: dict,
    out: Path,
    log: Callable[[str], None],
) -> dict:
    """Calibrates on dev, measures, and writes detector.onnx, detector.json and run.json; returns the record."""
    manifest = calibrate(model, tokenizer, splits["dev"], max_false_alarms)
    figures = {name: measure(model, tokenizer, splits[name], manifest) for name in ("dev", "test")}
    log(json.dumps({name: figures[name]["all"] for name in figures}))
    out.mkdir(parents=True, exist_ok=True)
    export(model, out / "detector.onnx")
    some = [training.example(tokenizer, row) for row in dataset.spread(splits["dev"], COMPARED)]
    exported = compared(model, out / "detector.onnx", some)
    manifest |= {"heads": model.encoder.config.num_attention_heads, "width": model.encoder.config.hidden_size}
    manifest |= {"states": made.get("states") or states_digest(model.encoder)}
    (out / "detector.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    data = {name: {"rows": len(rows), "sha256": dataset.digest(rows)} for name, rows in splits.items()}
    record = {**made, "data": data, "figures": figures, "export": asdict(exported)}
    (out / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def of_seed(
    run: DetectorRun,
    base: str,
    examples: Sequence[training.Example],
    seed: int,
    start: Path | None,
    out: Path,
    log: Callable[[str], None],
) -> training.DetectorModel:
    """The model of one seed, trained now or by an earlier run on the same passages and settings that was cut short."""
    same = sha256(repr((replace(run, seeds=()), base, start and start.name, examples)).encode()).hexdigest()[:16]
    path = out / f"seed-{seed}-{same}.pt"
    if path.is_file():
        model = training.DetectorModel(load_encoder(base, run.dropout), run.dropout)
        model.load_state_dict(torch.load(path, weights_only=True))
        log(f"seed {seed}: taken from {path}")
        return model.eval()
    log(f"seed {seed}: {len(examples)} passages")
    model = training.train(run, base, examples, seed, lambda *at: log("step {}/{} loss {:.4f}".format(*at)), start)
    out.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), path)
    return model


def _unlabelled(run: DetectorRun, rows: Sequence[Row], corpora: Path | None) -> list[training.Example]:
    """Passages for the teacher to label: sentences of the files, and the first rewrite of each of our rows."""
    clean = frozenset(_clean(run, corpora)) if run.clean else frozenset()
    texts = [
        text
        for name, count in run.unlabelled.items()
        for text in dataset.clean_prose(_corpora(run.unlabelled, corpora) / name, run.clean.get(name, 0) + count, 0)
        if text not in clean and len(text.split()) <= _MOST_WORDS
    ]
    passages = dataset.as_passages(texts, 0.0, 1) + [(row.rewrites[0], row.before) for row in rows if row.rewrites]
    tokenizer = shipped_tokenizer()
    return [training.clean_example(tokenizer, *passage, 1.0) for passage in passages]


def _altered(run: DetectorRun, rows: Sequence[Row], base: str) -> list[training.Example]:
    """Our rows, each `run.altered` times with some words exchanged for near ones, for the teacher to label."""
    if not run.altered:
        return []
    tokenizer = shipped_tokenizer()
    near = near_words(load_encoder(base, 0.0).get_input_embeddings().weight, tokenizer)
    return altered([training.example(tokenizer, row) for row in rows], near, tokenizer, run.altered, 0)


def labelled_rows(run: DetectorRun, corpora: Path | None) -> dict[str, list[Row]]:
    """The texts of public corpora that readers labelled, by split; none where the run names no labels."""
    if not run.labelled:
        return {name: [] for name in dataset.SPLITS}
    found = labelled.read(Path(run.labelled))
    return labelled.rows(found, _corpora({label.file for label in found}, corpora))


def _clean(run: DetectorRun, corpora: Path | None) -> list[str]:
    mined = frozenset(Path(run.mined).read_text(encoding="utf-8").split()) if run.mined else frozenset()
    return [
        text
        for name, count in run.clean.items()
        for text in dataset.clean_prose(_corpora(run.clean, corpora) / name, count, 0, mined)
    ]


def _corpora(wanted: Collection[str], corpora: Path | None) -> Path:
    if corpora is None:
        raise ConfigError(f"the run draws on {', '.join(sorted(wanted))}: say where with --corpora")
    return corpora


def calibrate(
    model: training.DetectorModel, tokenizer: Tokenizer, rows: Sequence[Row], max_false_alarms: float
) -> dict:
    """The manifest, chosen on `rows`: temperature, what listed terms add, thresholds of passages and marks."""
    examples = [training.example(tokenizer, row) for row in rows]
    results = training.predict(model, examples)
    logits = [said.passage[0] for said in results]
    flagged = [row.flagged for row in rows]
    kinds = [term_kind(row.text) for row in rows]
    temperature, bias, evidence = fit_evidence(logits, kinds, flagged)
    probabilities = [
        probability(logit / temperature + bias + told(kind, evidence))
        for logit, kind in zip(logits, kinds, strict=True)
    ]
    chosen = metrics.best_threshold(probabilities, flagged, max_false_alarms)
    mark_threshold = max((step / 20 for step in range(2, 19)), key=lambda value: _token_f1(examples, results, value))
    return {
        "categories": list(IDS),
        "temperature": temperature,
        "bias": bias,
        "term_evidence": evidence,
        "threshold": chosen.threshold,
        "mark_threshold": mark_threshold,
    }


def term_kind(text: str) -> str | None:
    """`settled`, `sure` or `unsure` for a passage with listed terms, None for one without."""
    return evidence_kind(TermList.default().find(text))


def fit_evidence(
    logits: Sequence[float], kinds: Sequence[str | None], flagged: Sequence[bool]
) -> tuple[float, float, dict[str, float]]:
    """Temperature, bias and the log-odds of each kind of term by logistic regression, terms weakly pulled to none."""
    x, y = torch.tensor(logits), torch.tensor(flagged).float()
    given = {kind: torch.tensor([float(own == kind) for own in kinds]) for kind in _EVIDENCE}
    scale, bias = torch.ones((), requires_grad=True), torch.zeros((), requires_grad=True)
    weights = {kind: torch.zeros((), requires_grad=True) for kind in given}
    optimizer = torch.optim.LBFGS([scale, bias, *weights.values()], max_iter=200)

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        odds = scale * x + bias + sum(weights[kind] * given[kind] for kind in given)
        pull = 0.5 * sum(weight**2 for weight in weights.values()) / 100
        value = torch.nn.functional.binary_cross_entropy_with_logits(odds, y, reduction="sum") + pull
        value.backward()
        return value

    optimizer.step(step)
    evidence = {kind: round(weight.item(), 3) for kind, weight in weights.items()}
    # Rows that a model separates without fault ask for a temperature of nothing at all.
    return max(1e-4, round(1 / scale.item(), 4)), round(bias.item(), 3), evidence


def _token_f1(
    examples: Sequence[training.Example], results: Sequence[training.Said], threshold: float
) -> float:
    """F1 over the tokens of flagged passages."""
    hits = found = wanted = 0
    for item, own in zip(examples, results, strict=True):
        if item.flagged and item.marked is not None:
            for span, logit, marked in zip(item.encoded.spans, own.tokens, item.marked, strict=True):
                if span is not None:
                    said = probability(logit) >= threshold
                    hits += said and marked > 0
                    found += said
                    wanted += marked > 0
    return 2 * hits / max(1, found + wanted)


def measure(model: training.DetectorModel, tokenizer: Tokenizer, rows: Sequence[Row], manifest: dict) -> dict:
    """Figures on `rows`: overall, recall by main category and by difficulty, and F1 of the marks."""
    examples = [training.example(tokenizer, row) for row in rows]
    results = training.predict(model, examples)
    evidence = [told(term_kind(row.text), manifest["term_evidence"]) for row in rows]
    probabilities = [
        probability(said.passage[0] / manifest["temperature"] + manifest["bias"] + more)
        for said, more in zip(results, evidence, strict=True)
    ]
    flagged = [row.flagged for row in rows]
    overall = metrics.at(manifest["threshold"], probabilities, flagged).rounded()
    overall["auc"] = round(metrics.auc(probabilities, flagged), 4)
    overall["ece"] = round(metrics.calibration_error(probabilities, flagged), 4)
    overall["marks_f1"] = round(_token_f1(examples, results, manifest["mark_threshold"]), 4)
    above = [p >= manifest["threshold"] for p in probabilities]

    def share(of: Callable[[Row], bool]) -> float | None:
        chosen = [hit for row, hit in zip(rows, above, strict=True) if of(row)]
        return round(sum(chosen) / len(chosen), 4) if chosen else None

    return {
        "all": overall,
        "recall": {name: share(lambda row, name=name: row.flagged and row.categories[0] == name) for name in IDS},
        "flagged_share": {
            kind: share(lambda row, kind=kind: row.difficulty == kind)
            for kinds in dataset.DIFFICULTIES.values()
            for kind in kinds
        },
    }
