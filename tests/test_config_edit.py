"""One value of a configuration file changed: what else is in it stays, byte for byte."""

from __future__ import annotations

import tomllib

import pytest

from srlint.config.edit import add_to_list, set_value
from srlint.errors import ConfigError

NEW = 'model = "m.gguf"\n'


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("srlint.toml", "", NEW),
        ("srlint.toml", "# only a comment\n", "# only a comment\n" + NEW),
        ("srlint.toml", "code = true", "code = true\n" + NEW),
        ("srlint.toml", "code = true  # yes\n# end\n", "code = true  # yes\n" + NEW + "# end\n"),
        ("srlint.toml", 'allow = [\n  "a",\n]\n[terms]\n', 'allow = [\n  "a",\n]\n' + NEW + "[terms]\n"),
        ("srlint.toml", "# licence\n\n# about terms\n[terms]\n", "# licence\n\n" + NEW + "\n# about terms\n[terms]\n"),
        ("srlint.toml", "model = 'old'  # why\n[terms]\n", 'model = "m.gguf"  # why\n[terms]\n'),
        ("srlint.toml", "\ufeffcode = true\r\n", '\ufeffcode = true\r\nmodel = "m.gguf"\r\n'),
        ("srlint.toml", "[tool.srlint]\ncode = true\n", "[tool.srlint]\ncode = true\n" + NEW),
        ("pyproject.toml", "[tool.srlint]\n\n[tool.x]\na = 1\n", "[tool.srlint]\n" + NEW + "\n[tool.x]\na = 1\n"),
        (
            "pyproject.toml",
            "[tool.srlint.threshold]\ndefault = 0.8\n",
            "[tool.srlint]\n" + NEW + "\n[tool.srlint.threshold]\ndefault = 0.8\n",
        ),
        ("pyproject.toml", '[tool.srlint]\n"model" = """old"""\n', '[tool.srlint]\n"model" = "m.gguf"\n'),
        ("pyproject.toml", "[tool]\nsrlint.model = 'old'\n", '[tool]\nsrlint.model = "m.gguf"\n'),
    ],
)
def test_a_value_is_set_and_nothing_else_changes(tmp_path, name, before, after):
    file = tmp_path / name
    file.write_bytes(before.encode())
    assert set_value(file, "model", "m.gguf") is True
    assert file.read_bytes().decode() == after
    assert set_value(file, "model", "m.gguf") is False


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model = 'old'\n", ""),
        ("code = true\nmodel = 'old'  # why\n# next\nuse-model = true\n", "code = true\n# next\nuse-model = true\n"),
        ("model = '''\nold'''\ncode = true\n", "code = true\n"),
        ("[tool.srlint]\nmodel = 'old'\n", "[tool.srlint]\n"),
        ("code = true\n", "code = true\n"),
    ],
)
def test_a_value_is_removed_with_its_line(tmp_path, before, after):
    file = tmp_path / "srlint.toml"
    file.write_text(before)
    assert set_value(file, "model", None) is (before != after)
    assert file.read_text() == after


def test_a_value_of_an_inline_table_is_left_to_be_removed_by_hand(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool]\nsrlint = { model = "m.gguf", code = true }\n')
    with pytest.raises(ConfigError, match="cannot be edited without changing more: remove model by hand$"):
        set_value(file, "model", None)
    assert file.read_text() == '[tool]\nsrlint = { model = "m.gguf", code = true }\n'


def test_a_file_is_made(tmp_path):
    assert set_value(tmp_path / ".srlint.toml", "model", 'a"b\\c') is True
    assert tomllib.loads((tmp_path / ".srlint.toml").read_text()) == {"model": 'a"b\\c'}


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("[tool]\nsrlint = {code = true}\n", 'cannot be edited without changing more: write model = "m.gguf" by hand'),
        ("[tool]\nsrlint.code = true\n", "cannot be edited without changing more"),
        ("[tool.srlint]\nmodl = 1\n", "pyproject.toml:2: unknown key 'modl'; did you mean 'model'?"),
        ("[tool.srlint\n", "not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_edited_is_left_and_named(tmp_path, content, match):
    file = tmp_path / "pyproject.toml"
    file.write_text(content)
    with pytest.raises(ConfigError) as raised:
        set_value(file, "model", "m.gguf")
    assert match in str(raised.value) and "\n" not in str(raised.value)
    assert file.read_text() == content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'allow = ["new"]\n'),
        ("allow = []\n", 'allow = ["new"]\n'),
        ('allow = ["a"]  # why\n', 'allow = ["a", "new"]  # why\n'),
        ('allow = ["a", ]\n', 'allow = ["a", "new"]\n'),
        ('allow = [\n    "a", # x\n    "b"  # y\n]\n', 'allow = [\n    "a", # x\n    "b",  # y\n    "new",\n]\n'),
        ('allow = [\r\n  "a",\r\n  # end\r\n]\r\n', 'allow = [\r\n  "a",\r\n  # end\r\n  "new",\r\n]\r\n'),
        ('allow = ["a" # k\n , ]\n', 'allow = ["a", "new"]\n'),
        ('[terms]\nremove = ["x"]\n', 'allow = ["new"]\n\n[terms]\nremove = ["x"]\n'),
    ],
)
def test_an_item_is_added_to_a_list_whose_layout_stays(tmp_path, before, after):
    file = tmp_path / "srlint.toml"
    file.write_bytes(before.encode())
    assert add_to_list(file, "allow", "new") is True
    assert file.read_bytes().decode() == after
    assert add_to_list(file, "allow", "new") is False
    assert file.read_bytes().decode() == after


def test_a_list_in_a_file_that_is_not_right_is_left(tmp_path):
    file = tmp_path / "srlint.toml"
    file.write_text("allow = 3\n")
    with pytest.raises(ConfigError, match="'allow' must be a list"):
        add_to_list(file, "allow", "new")
    assert file.read_text() == "allow = 3\n"
