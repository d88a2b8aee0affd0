"""onnxruntime, silenced: the one place that loads it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from srlint.errors import ModelError
from srlint.interrupts import put_off


def onnxruntime() -> ModuleType:
    """The library, loaded. From version 1.29 on it reports to its makers over the network unless told not to before."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    with put_off():
        import onnxruntime

    return onnxruntime


def quiet_options() -> Any:
    """Options of a session of one thread that writes nothing to the terminal."""
    options = onnxruntime().SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def opened(path: Path, kind: str, maker: str) -> tuple[Any, dict]:
    """A session of one thread on a graph that `maker` made, and what its metadata say. Raises ModelError.

    Weights that are stored in 8 bits are unpacked once, and not each time that they are used.
    """
    library, options = onnxruntime(), quiet_options()
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        with open(path, "rb"):
            pass  # onnxruntime does not say why a file cannot be read
        session = library.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        return session, json.loads(session.get_modelmeta().custom_metadata_map["srlint"])
    except OSError as error:
        raise ModelError(f"{path}: cannot read the {kind}: {error.strerror or error}") from error
    except Exception as error:  # onnxruntime's own exceptions share no public base class
        raise ModelError(f"{path}: no {kind} made by `{maker}`") from error
