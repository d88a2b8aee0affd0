"""Detoxify's probability that a text is toxic (Hanu and Unitary team 2020), from its checkpoints.

A checkpoint is `{"state_dict", "config"}` as Detoxify publishes it: the weights of a sequence classifier, and which
one, with the names of its outputs. It is loaded by Detoxify's recipe but not by its code (0.5.4), which asks the hub
for the settings even where a folder has them, leaves weights that a checkpoint lacks at random values, and runs
whatever code a checkpoint holds. Its package is only asked where the weights are to be had.
"""

from __future__ import annotations

import pickle
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from finetune.evaluation.instruments import Scorer
from srlint.errors import ConfigError, ModelError

# Of Detoxify's models the one that was trained not to take the mere mention of a group for toxic.
PUBLISHED = "unbiased"
# What its checkpoints call the output that is wanted.
OUTPUTS = ("toxicity", "toxic")
BATCH = 16
# Seconds until a server is taken to be out of reach, and until a download that stands still is given up.
REACH, STALL = 5.0, 30.0

_CONFIG = "give --toxicity-config FOLDER"
_FLAGS = f"{_CONFIG} and --toxicity-checkpoint FILE"


def open(checkpoint: Path | None, device: str = "cpu", config: Path | None = None) -> tuple[Scorer | None, str]:
    """A scorer of P(toxic) and "", or None and the reason why there is none.

    `config` is a folder with config.json and the tokenizer's files; without it they come from the hub or its cache.
    Without a checkpoint Detoxify's own is downloaded, once. Raises ConfigError for a checkpoint or folder that is not
    there, ModelError for one that cannot be used; a download that fails is only a reason.
    """
    for path, there in ((checkpoint, Path.is_file), (config, Path.is_dir)):
        if path is not None and not there(path):
            raise ConfigError(f"{path}: no such {'file' if path is checkpoint else 'folder'}")
    # transformers takes a folder without one for the settings of its own default.
    if config is not None and not (config / "config.json").is_file():
        raise ConfigError(f"{config}: no config.json there")
    try:
        import torch
        import transformers  # noqa: F401
    except ImportError as error:
        return None, f"{error.name} is not installed"
    if checkpoint is not None:
        return _scorer(str(checkpoint), _read(checkpoint), device, config), ""
    try:
        from detoxify.detoxify import MODEL_URLS
    except ImportError:
        return None, f"detoxify is not installed: install it or {_FLAGS}"
    url = MODEL_URLS[PUBLISHED]
    kept = Path(torch.hub.get_dir(), "checkpoints", url.rsplit("/", 1)[-1])
    if not kept.is_file() and not _reachable(url):
        return None, f"Detoxify's weights cannot be downloaded from here: {_FLAGS}"
    try:
        with _patience(STALL):
            loaded = _published(url)
        return _scorer(url, loaded, device, config), ""
    except ModelError as error:
        return None, str(error)
    except (OSError, RuntimeError, pickle.UnpicklingError) as error:
        return None, f"Detoxify's weights cannot be had from here ({_line(error)}): {_FLAGS}"


def _published(url: str) -> Any:
    """Detoxify's own file, kept by torch.hub and checked against the digest in its name when it comes."""
    from torch.hub import load_state_dict_from_url

    options = {"map_location": "cpu", "progress": False, "check_hash": True}
    try:
        return load_state_dict_from_url(url, weights_only=True, **options)
    except pickle.UnpicklingError:
        # What else is in it is theirs, and their own code loads it so.
        return load_state_dict_from_url(url, weights_only=False, **options)


def _read(checkpoint: Path) -> Any:
    import torch

    try:
        return torch.load(checkpoint, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise ModelError(f"{checkpoint}: not a checkpoint of weights and settings alone: {_line(error)}") from error


def _scorer(name: str, loaded: Any, device: str, folder: Path | None) -> Scorer:
    try:
        settings = loaded["config"]["arch"]["args"]
        outputs = list(loaded["config"]["dataset"]["args"]["classes"])
        weights = dict(loaded["state_dict"])
        kinds = (settings["model_name"], settings["tokenizer_name"])
        base, size = str(settings["model_type"]), int(settings["num_classes"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{name}: not in Detoxify's layout: {error} is missing or no such thing") from error
    wanted = [place for place, output in enumerate(outputs[:size]) if output in OUTPUTS]
    if not wanted:
        raise ModelError(f"{name}: classes has no {' or '.join(OUTPUTS)}: {', '.join(map(str, outputs))}")
    model_class = _kind(name, kinds[0], "ForSequenceClassification")
    tokenizer_class = _kind(name, kinds[1], "Tokenizer")
    source = str(folder or base)
    settings_of = _fetched(name, source, model_class.config_class.from_pretrained)
    settings_of.num_labels = size
    tokenizer = _fetched(name, source, tokenizer_class.from_pretrained)
    # A tokenizer whose files are missing comes up empty, without a word.
    if len(tokenizer) != settings_of.vocab_size:
        raise ModelError(f"{source}: a tokenizer of {len(tokenizer)} tokens for {settings_of.vocab_size} embeddings")
    model = _filled(name, model_class(settings_of), weights)
    return _scoring(model.to(device).eval(), tokenizer, wanted[0])


def _kind(name: str, kind: object, ending: str) -> Any:
    """The class of transformers that a checkpoint names, and no other object of it."""
    import transformers

    if not isinstance(kind, str) or not kind.removesuffix("Fast").endswith(ending) or not hasattr(transformers, kind):
        raise ModelError(f"{name}: {kind!r} is no …{ending} of transformers")
    return getattr(transformers, kind)


def _fetched(name: str, source: str, load: Callable[..., Any]) -> Any:
    """What `load` makes of a folder, the hub's cache or the hub, in this order."""
    try:
        return load(source, local_files_only=True)
    except (OSError, ValueError) as error:
        if Path(source).is_dir():
            raise ModelError(f"{source}: no settings and tokenizer for {name}: {_line(error)}") from error
    from huggingface_hub import constants

    # Asked first: the hub's own client tries five times over, for half a minute.
    if not _reachable(constants.ENDPOINT):
        raise ModelError(f"{name}: needs settings and tokenizer of {source}, and the hub is out of reach: {_CONFIG}")
    try:
        return load(source)
    except (OSError, ValueError) as error:
        raise ModelError(f"{name}: needs settings and tokenizer of {source}: {_line(error)}: {_CONFIG}") from error


def _filled(name: str, model: Any, weights: dict[str, Any]) -> Any:
    try:
        found = model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        shape = str(error).strip().splitlines()[-1].strip()
        raise ModelError(f"{name}: weights of another shape than its settings: {shape}") from error
    # Checkpoints made with old versions of transformers have these beside what the model still uses.
    extra = [key for key in found.unexpected_keys if not key.endswith("position_ids") and ".pooler." not in key]
    if found.missing_keys or extra:
        raise ModelError(f"{name}: weights are not those of its settings: {(*found.missing_keys, *extra)[0]}")
    return model


def _scoring(model: Any, tokenizer: Any, output: int) -> Scorer:
    import torch

    # RoBERTa's kind counts positions from behind the padding's number.
    shift = model.config.pad_token_id + 1 if "roberta" in model.config.model_type else 0
    longest = min(tokenizer.model_max_length, model.config.max_position_embeddings - shift)

    def score(texts: Sequence[str]) -> list[float]:
        found: list[float] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            inputs = tokenizer(batch, return_tensors="pt", truncation=True, max_length=longest, padding=True)
            with torch.inference_mode():
                logits = model(**inputs.to(model.device)).logits
            found += torch.sigmoid(logits[:, output].float()).tolist()
        return found

    return score


def _reachable(url: str) -> bool:
    """Whether the server answers within REACH seconds. In a thread: looking up a name knows no time limit."""
    answered: list[bool] = []

    def ask() -> None:
        try:
            urlopen(Request(url, method="HEAD"), timeout=REACH).close()
            answered.append(True)
        except HTTPError:
            answered.append(True)
        except (OSError, ValueError):
            pass

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(REACH)
    return bool(answered)


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
