"""What all tests with torch need."""

from __future__ import annotations

import shutil
from importlib import resources

import pytest


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Models as small as these are slower with more."""
    try:
        import torch
    except ImportError:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory) -> str:
    """A folder with a random encoder of two layers and the shipped tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    shutil.copyfile(str(resources.files("srlint") / "data" / "tokenizer.json"), folder / "tokenizer.json")
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return str(folder)
