"""What a model can be shrunk to, and how much of its judgement must survive that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`number` is llama.cpp's file type, `bits` about what a weight takes.

    `floor` is the share of verdicts that must stay; `needs_importance` says that llama.cpp makes this type only with
    an importance matrix.
    """

    name: str
    number: int
    bits: float
    floor: float
    needs_importance: bool = False


KINDS = {
    kind.name: kind
    for kind in (
        Kind("Q8_0", 7, 8.5, 0.99),
        Kind("Q6_K", 18, 6.6, 0.985),
        Kind("Q5_K_M", 17, 5.7, 0.98),
        Kind("Q5_K_S", 16, 5.6, 0.98),
        Kind("Q5_1", 9, 6.0, 0.98),
        Kind("Q5_0", 8, 5.6, 0.975),
        Kind("Q4_K_M", 15, 4.9, 0.97),
        Kind("Q4_K_S", 14, 4.6, 0.965),
        Kind("Q4_1", 3, 5.0, 0.96),
        Kind("Q4_0", 2, 4.6, 0.96),
        Kind("IQ4_NL", 25, 4.6, 0.965),
        Kind("IQ4_XS", 30, 4.3, 0.965),
        Kind("Q3_K_L", 13, 4.3, 0.95),
        Kind("Q3_K_M", 12, 3.9, 0.94),
        Kind("Q3_K_S", 11, 3.5, 0.93),
        Kind("IQ3_XXS", 23, 3.1, 0.93, True),
        Kind("Q2_K", 10, 3.2, 0.9),
        Kind("IQ2_XS", 20, 2.4, 0.9, True),
    )
}
