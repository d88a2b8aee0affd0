"""How a quantised model differs from the one that it was made of, on the same passages in srlint's own engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from quantize.kinds import Kind
from quantize.passages import Asked
from quantize.probe import Probe, Reading, speeds
from srlint.errors import ModelError

THRESHOLD = 0.5
# Even two bits a weight cost a model that was trained but a fraction of this.
MOST_KL = 1.0
Show = Callable[[int, int], None]


class RefusedError(ModelError):
    """A result that differs too much from what it was made of."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`agreement`: share of the same verdicts. `mean_kl`, `max_kl`: nats between the first tokens of the answers.

    `exact`: share of the same rewrites; `perplexity`: ratio on the reference answers; `prefill` and `decode`: ratios
    of tokens a second. None where no passage was rewritten.
    """

    passages: int
    rewrites: int
    agreement: float
    mean_kl: float
    max_kl: float
    exact: float | None
    perplexity: float | None
    prefill: float
    decode: float | None

    def rounded(self) -> dict[str, float | None]:
        return {key: None if value is None else round(value, 5) for key, value in asdict(self).items()}

    def described(self) -> str:
        """One line for people."""
        words = [
            f"verdicts {self.agreement:.1%} the same",
            f"KL {self.mean_kl:.5f} (at most {self.max_kl:.4f})",
            *([] if self.exact is None else [f"rewrites {self.exact:.1%} the same"]),
            *([] if self.perplexity is None else [f"perplexity x{self.perplexity:.4f}"]),
            f"reads x{self.prefill:.2f}",
            *([] if self.decode is None else [f"writes x{self.decode:.2f}"]),
        ]
        return ", ".join(words)


def readings(
    path: Path,
    found: Sequence[Asked],
    rewrites: int,
    show: Show,
    threads: int | None = None,
) -> list[Reading]:
    """What the file makes of each passage; of the first `rewrites` that are flagged and have a reference also rewrites.

    Raises ModelError.
    """
    with Probe(path, threads) as probe:
        return list(read(probe, found, rewrites, show))


def read(probe: Probe, found: Sequence[Asked], rewrites: int, show: Show = lambda done, of: None) -> Iterator[Reading]:
    """As `readings`, one at a time, with a file that is loaded."""
    for place, (asked, wanted) in enumerate(zip(found, chosen(found, rewrites), strict=True)):
        show(place, len(found))
        reading = probe.read(asked, wanted)
        if reading is None:
            raise ModelError(f"{probe.path}: its tokens are so short that a passage of the fixed set has no room")
        yield reading


def chosen(found: Sequence[Asked], rewrites: int) -> list[bool]:
    """Which passages are rewritten: so many, evenly from all that have a reference."""
    able = [place for place, asked in enumerate(found) if asked.passage.rewrite is not None]
    count = min(rewrites, len(able))
    taken = {able[number * len(able) // count] for number in range(count)}
    return [place in taken for place in range(len(found))]


def compare(wanted: Sequence[Reading], got: Sequence[Reading], threshold: float = THRESHOLD) -> Comparison:
    """Figures of `got` against `wanted`, reading by reading. Raises ValueError of nothing."""
    pairs = list(zip(wanted, got, strict=True))
    if not pairs:
        raise ValueError("no passages to compare")
    same = sum((a.flagged >= threshold) == (b.flagged >= threshold) for a, b in pairs)
    distances = [divergence(a.opening, b.opening) for a, b in pairs]
    written = [(a, b) for a, b in pairs if a.tokens]
    (read_a, write_a), (read_b, write_b) = speeds(list(wanted)), speeds(list(got))
    return Comparison(
        passages=len(pairs),
        rewrites=len(written),
        agreement=same / len(pairs),
        mean_kl=sum(distances) / len(pairs),
        max_kl=max(distances),
        exact=sum(a.rewrite == b.rewrite for a, b in written) / len(written) if written else None,
        perplexity=_perplexity([b for _, b in written]) / _perplexity([a for a, _ in written]) if written else None,
        prefill=read_b / read_a,
        decode=write_b / write_a if write_a and write_b else None,
    )


def divergence(wanted: Sequence[float], got: Sequence[float]) -> float:
    """Kullback-Leibler divergence in nats, of log-probabilities."""
    return max(0.0, sum(math.exp(a) * (a - b) for a, b in zip(wanted, got, strict=True)))


def _perplexity(found: Sequence[Reading]) -> float:
    return math.exp(sum(reading.loss for reading in found) / sum(reading.tokens for reading in found))


def check(kind: Kind, name: str, figures: Comparison) -> None:
    """Raises RefusedError where less of the model's judgement survived than a result of this kind may lose."""
    if figures.agreement < kind.floor:
        raise RefusedError(
            f"{name}: only {figures.agreement:.1%} of {figures.passages} verdicts survive {kind.name}, less than "
            f"{kind.floor:.1%}: take a larger type, or keep it with --force"
        )
    # Where a model gives one verdict on everything, a ruin of it still agrees.
    if not figures.mean_kl <= MOST_KL:
        raise RefusedError(
            f"{name}: answers otherwise than the unquantised model (KL {figures.mean_kl:.2f}, more than {MOST_KL:.0f} "
            "nat): take a larger type, or keep it with --force"
        )
