"""What a rewrite's rank hangs on: candidates for readers to judge, and weights fitted to their verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from finetune.dataset import Row
from srlint.candidates import Flagged, ranked
from srlint.config import Settings
from srlint.errors import ConfigError
from srlint.judge import Judge, with_terms
from srlint.makers import Candidate
from srlint.models.loaded import Models
from srlint.odds import probability

# So strong is the pull of every weight towards none (a Gaussian prior of this precision on standardised figures).
_PULL = 2.0
_FOLDS = 10
# The figures that a language model must have read a rewrite for.
_READ = ("likelihood", "likelihood_surprise", "refusal")
# The origins of rewrites that no language model makes. The bar is set for these: others are not offered by default, or,
# as listed replacements, in any case.
_TAGGED = ("deletion", "rewording")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reader's word on one rewrite of one passage, and the figures of srlint.ranking.features."""

    id: str
    origin: str
    text: str
    features: dict[str, float]
    accepted: bool


def candidates(rows: Sequence[Row], known: Sequence[Verdict] = ()) -> Iterator[dict]:
    """The rewrites that pass the guards, of every row that the detector finds, with what their ranks hang on.

    `known` ones are among them, proposed or not, with what readers said of them; the others have nobody's
    verdict yet.
    """
    judged_before = {(verdict.id, verdict.text): verdict for verdict in known}
    models = Models()
    judge = Judge(Settings(use_cache=False), models, models.language(None))
    tools = judge.tools(lambda text: True)
    try:
        for row, detection in zip(rows, judge.detect([(row.text, row.before) for row in rows]), strict=True):
            matches = judge.terms.find(row.text)
            judged = with_terms(detection, matches, judge.probability(detection, matches))
            if not judged.marks or judged.probability < models.detector.threshold:
                continue
            flagged = Flagged(row.text, row.before, judged, matches)
            older = [Candidate(one.text, one.origin) for one in known if one.id == row.id]
            for item, features in ranked(flagged, tools, more=older):
                rounded = {name: round(value, 4) for name, value in features.items()}
                said = {"id": row.id, "origin": item.origin, "text": item.text, "features": rounded}
                verdict = judged_before.get((row.id, item.text))
                yield said | ({"accepted": verdict.accepted} if verdict else {})
    finally:
        models.close()


def read(path: Path) -> list[Verdict]:
    """Raises ConfigError naming the file and the line at fault."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such file")
    found: list[Verdict] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(Verdict(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{path}:{number}: {error}") from error
        if found[-1].features.keys() != found[0].features.keys():
            raise ConfigError(f"{path}:{number}: other figures than in the first line")
    if len({verdict.id for verdict in found}) < _FOLDS:
        raise ConfigError(f"{path}: verdicts on fewer than {_FOLDS} passages")
    return found


def unread(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """What is left of the verdicts where there is no language model: those on what the edit tagger finds, without its
    figures.
    """
    return [
        replace(verdict, features={name: value for name, value in verdict.features.items() if name not in _READ})
        for verdict in verdicts
        if verdict.origin in _TAGGED
    ]


def fit(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Logistic regression's weights by name, `always` among them, for figures as they are."""
    names = sorted(verdicts[0].features)
    x = torch.tensor([[verdict.features[name] for name in names] for verdict in verdicts], dtype=torch.float64)
    y = torch.tensor([float(verdict.accepted) for verdict in verdicts], dtype=torch.float64)
    mean, spread = x.mean(0), x.std(0).clamp(min=1e-6)
    weights = torch.zeros(len(names) + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=500, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        odds = weights[0] + ((x - mean) / spread) @ weights[1:]
        value = torch.nn.functional.binary_cross_entropy_with_logits(odds, y, reduction="sum")
        value = value + _PULL / 2 * (weights[1:] ** 2).sum()
        value.backward()
        return value

    optimizer.step(step)
    own = (weights[1:] / spread).detach()
    always = (weights[0].detach() - (own * mean).sum()).item()
    values = zip(["always", *names], [always, *own.tolist()], strict=True)
    return {name: round(value, 4) for name, value in values}


def chosen(verdicts: Sequence[Verdict], weights: dict[str, float]) -> list[tuple[float, Verdict]]:
    """The tagger's best rewrite of each passage with its probability of being accepted, likeliest first."""
    best: dict[str, tuple[float, Verdict]] = {}
    for verdict in verdicts:
        if verdict.origin not in _TAGGED:
            continue
        value = probability(weights["always"] + sum(weights[name] * own for name, own in verdict.features.items()))
        if verdict.id not in best or value > best[verdict.id][0]:
            best[verdict.id] = (value, verdict)
    return sorted(best.values(), key=lambda one: -one[0])


def crossed(verdicts: Sequence[Verdict]) -> list[tuple[float, Verdict]]:
    """As `chosen`, each passage ranked by weights fitted without it."""
    ids = sorted({verdict.id for verdict in verdicts})
    found = []
    for fold in range(_FOLDS):
        held = set(ids[fold::_FOLDS])
        weights = fit([verdict for verdict in verdicts if verdict.id not in held])
        found += chosen([verdict for verdict in verdicts if verdict.id in held], weights)
    return sorted(found, key=lambda one: -one[0])


def lowest(ranks: Sequence[tuple[float, Verdict]], accepted: float) -> float:
    """The lowest probability from which on at least the share `accepted` of the chosen rewrites are accepted."""
    good, bar = 0, 1.0
    for count, (value, verdict) in enumerate(ranks, 1):
        good += verdict.accepted
        if good / count >= accepted:
            bar = value
    return bar


def main(path: Path, target: Path, accepted: float, log: Callable[[str], None]) -> dict:
    """Fits the weights to the verdicts in `path` and writes them to `target`. Returns what it wrote."""
    verdicts = read(path)
    made = {}
    for name, own in (("with_model", verdicts), ("without_model", unread(verdicts))):
        log(f"{name}:")
        made[name] = _fitted(own, accepted, log)
    target.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return made


def _fitted(verdicts: Sequence[Verdict], accepted: float, log: Callable[[str], None]) -> dict:
    ranks = crossed(verdicts)
    log(f"{len(verdicts)} verdicts on {len(ranks)} passages: best of each accepted {_share([v for _, v in ranks])}")
    bars = {}
    for origin in _TAGGED:
        own = [(value, verdict) for value, verdict in ranks if verdict.origin == origin]
        bars[origin] = round(lowest(own, accepted), 3)
        offered = [verdict for value, verdict in own if value >= bars[origin]]
        log(f"{origin}: best of {len(own)}; from {bars[origin]} on {len(offered)} offered, accepted {_share(offered)}")
    return {"lowest": bars, "weights": fit(verdicts)}


def _share(verdicts: Sequence[Verdict]) -> str:
    return f"{sum(verdict.accepted for verdict in verdicts) / len(verdicts):.1%}" if verdicts else "-"
