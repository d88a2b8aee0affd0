"""Cards as a table and as lines, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from srlint.models.card import Card
from srlint.models.estimate import MEMORY_NOTE, SPEED_NOTE

if TYPE_CHECKING:
    from srlint.models.measure import Measured

_HEAD = ("name", "size", "memory", "speed", "licence", "sha256", "state")
_DIGEST = 12
_NO_TUNED = (
    "fine-tuned models: none is published yet; `python -m finetune` makes one, and its file is a model like any other"
)


def table(cards: Sequence[Card]) -> Iterator[str]:
    """One line a model, under a head, and what the figures mean."""
    rows = [_HEAD, *(_row(card) for card in cards)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield from (MEMORY_NOTE, SPEED_NOTE, _NO_TUNED)
    yield from (f"{card.name}: {card.problem}" for card in cards if card.problem)


def _row(card: Card) -> tuple[str, ...]:
    return (
        card.name,
        gigabytes(card.size),
        gigabytes(card.memory),
        _speed(card),
        card.licence or "?",
        (card.sha256 or "?")[:_DIGEST],
        _state(card),
    )


def _state(card: Card) -> str:
    words = ["in use"] if card.in_use else []
    if card.problem:
        words.append("cannot be used")
    elif not card.here:
        words.append("not pulled")
    elif card.calibrated is False:
        words.append("here, not calibrated" if not card.in_use else "not calibrated")
    elif not card.in_use:
        words.append("here")
    return ", ".join(words)


def lines(card: Card) -> Iterator[str]:
    """All that is known of one model."""
    facts = [(label, value) for label, value in _facts(card) if value is not None]
    width = max(len(label) for label, _ in facts)
    for label, value in facts:
        yield f"{label:{width}}  {value}"


def _facts(card: Card) -> Iterator[tuple[str, str | None]]:
    yield "name", card.name
    yield "state", _state(card)
    yield "problem", card.problem
    if card.repository:
        yield "from", f"{card.repository}, {card.file}, revision {card.revision}"
    yield "file", card.path
    yield "size", gigabytes(card.size) if card.size else None
    yield "sha256", card.sha256 or ("taken from the hub at the first pull" if not card.here else None)
    yield "licence", card.licence
    yield "model", _kind(card)
    yield "chat template", None if card.chat_template is None else "yes" if card.chat_template else "no: not usable"
    yield "memory", f"about {gigabytes(card.memory)}" if card.memory else None
    yield "speed", f"{_speed(card)}, {'measured' if card.speed_measured else 'estimated'}" if card.speed else None
    if card.stock is not None:
        yield "made for", "any use: a stock model" if card.stock else "srlint, by its prompt"
    yield "calibrated", _calibrated(card)


def _kind(card: Card) -> str | None:
    parts = (
        card.architecture,
        f"{card.parameters / 1e9:.2f} billion parameters" if card.parameters else None,
        card.quantisation,
        f"context of {card.context:,} tokens" if card.context else None,
    )
    return ", ".join(part for part in parts if part) or None


def _calibrated(card: Card) -> str | None:
    if card.calibrated is None:
        return None
    said = f"judge weight {card.judge_weight:g}, threshold {card.threshold or 'that of the detector'}"
    return f"yes: {said}" if card.calibrated else f"no ({said}): run `srlint model calibrate {card.name}`"


def _speed(card: Card) -> str:
    if card.speed is None:
        return "?"
    sign = "=" if card.speed_measured else "~"
    return f"{sign}{card.speed:.0f}/s" if card.speed >= 10 else f"{sign}{card.speed:.1f}/s"


def gigabytes(size: int | None) -> str:
    """A size in gigabytes, as disks are sold."""
    return "?" if size is None else f"{size / 1e9:.2f} GB"


def outcome(found: Measured) -> Iterator[str]:
    """What calibrating found: before, after, and without the model."""
    figures = found.after.figures
    yield f"{found.passages:,} passages, {figures.flagged:,} of them flagged"
    yield f"{'':22}weight  threshold  F1     precision  recall  false alarms"
    for label, choice in (
        ("without the model", found.alone),
        ("as it was", found.before),
        ("from now on" if found.kept else "as it would be", found.after),
    ):
        own = choice.figures
        yield (
            f"{label:22}{choice.weight:<8g}{own.threshold:<11g}{own.f1:<7.3f}{own.precision:<11.1%}{own.recall:<8.1%}"
            f"{own.false_alarms:.1%}"
        )
    yield f"kept in {found.kept}" if found.kept else "not kept: --limit"
