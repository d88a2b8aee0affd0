"""srlint finds biased passages in documents and proposes careful rewrites. Everything runs on your own machine.

>>> import srlint
>>> review = srlint.check_text("The chairman opens the meeting.")       # doctest: +SKIP
>>> review.findings[0].rewrite.text                                     # doctest: +SKIP
'The chair opens the meeting.'
"""

from __future__ import annotations

# True for a type checker. The name in `typing` would take most of the time until `__main__` knows what to do about an
# interrupt.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from srlint.findings import Review

__version__ = "0.2.0"


def check_text(
    text: str,
    syntax: str = "markdown",
    *,
    threshold: float | None = None,
    model: str | None = None,
    use_model: bool = True,
    include_quotes: bool = False,
) -> Review:
    """Check one text and return what the command line would report, as typed values.

    `syntax` is a name in `srlint.formats.SYNTAXES` ("markdown", "text"). Positions are half-open code points of `text`.
    No configuration file is read and nothing is cached; with many texts, open one `srlint.linter.Linter` and keep it.

    Raises `ConfigError` for a setting or syntax that does not exist, `ModelError` when a model is missing or damaged.
    """
    from srlint.config import Settings
    from srlint.document import Document
    from srlint.errors import ConfigError
    from srlint.formats import SYNTAXES
    from srlint.linter import Linter

    if syntax not in SYNTAXES:
        raise ConfigError(f"unknown syntax {syntax!r}; known are {', '.join(sorted(SYNTAXES))}")
    settings = Settings(threshold=threshold, model=model, use_model=use_model, include_quotes=include_quotes)
    with Linter.open(settings) as linter:
        return linter.check(Document(text, syntax))
