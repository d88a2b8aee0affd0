"""When two texts are one and the same for those who read them."""

from __future__ import annotations

import hashlib
import unicodedata

_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟«»″", '"'))


def folded(text: str) -> str:
    """A text without regard to white space, the shape of quotation marks and Unicode's doublets (NFKC)."""
    # Quotation marks first: NFKC takes some of them apart.
    return " ".join(unicodedata.normalize("NFKC", text.translate(_QUOTES)).split())


def fingerprint(text: str) -> str:
    """SHA-256 of a folded text without regard to case."""
    return hashlib.sha256(unicodedata.normalize("NFKC", folded(text).casefold()).encode()).hexdigest()
