"""What a stock model may do: it has no manifest, and nobody has measured it yet."""

from __future__ import annotations

from srlint.models.header import Header
from srlint.models.manifest import METADATA_PREFIX, Manifest, from_metadata

# The share of its own log-odds that a stock instruct model gets until it is calibrated, by architecture: with the bound
# on its log-odds it moves the final ones by at most 0.4. What is not listed only rewrites.
_MODEST = 0.1
WEIGHTS: dict[str, float] = {
    "gemma2": _MODEST,
    "gemma3": _MODEST,
    "granite": _MODEST,
    "llama": _MODEST,  # Mistral and SmolLM2 too
    "phi3": _MODEST,
    "qwen2": _MODEST,
    "qwen3": _MODEST,
    "smollm3": _MODEST,
}
# A smaller model has no say of its own: on dev the embedded one, tuned as it is, added nothing to the detector.
FEWEST_PARAMETERS = 500_000_000


def manifest_of(name: str, header: Header) -> Manifest:
    """The manifest in a model's metadata, or the profile of its architecture. Raises ModelError for a broken one."""
    if not any(key.startswith(METADATA_PREFIX) for key in header.metadata):
        large = header.parameters >= FEWEST_PARAMETERS
        return Manifest(WEIGHTS.get(header.architecture, 0.0) if large else 0.0, calibrated=False)
    return from_metadata(name, header.text)
