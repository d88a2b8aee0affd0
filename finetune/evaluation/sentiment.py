"""Sentiment by VADER (Hutto and Gilbert 2014), a lexicon with rules that comes inside its package."""

from __future__ import annotations

from collections.abc import Sequence

from finetune.evaluation.instruments import Scorer


def open() -> tuple[Scorer | None, str]:
    """A scorer of VADER's compound score (-1 to 1) and "", or None and the reason why there is none."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None, "vaderSentiment is not installed"
    analyser = SentimentIntensityAnalyzer()

    def score(texts: Sequence[str]) -> list[float]:
        return [float(analyser.polarity_scores(text)["compound"]) for text in texts]

    return score, ""
