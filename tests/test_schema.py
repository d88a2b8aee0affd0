from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from settings_samples import BAD, GOOD
from srlint.config.faults import Fault, written
from srlint.config.keys import KEYS
from srlint.config.lines import line_of
from srlint.config.schema import schema, schema_text, table
from srlint.config.source import checked

IN_FILES = [name for name in KEYS if name != "server"]


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_the_shipped_schema_is_the_generated_one():
    shipped = resources.files("srlint").joinpath("data/srlint.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "run: python -m srlint.config.schema > srlint/data/srlint.schema.json"


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample.text)
def test_the_schema_accepts_what_the_parser_accepts(validator, sample):
    validator.validate(tomllib.loads(sample.text))


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.text)
def test_the_schema_refuses_what_the_parser_refuses(validator, sample):
    assert validator.is_valid(tomllib.loads(sample.text)) is not sample.schema


_WORDS = ["", "all", "default", "gender", "suppression", "error", "a.md", "#a", ">=1", "term", "category", "use", "x y"]
_PLAIN = st.sampled_from([*_WORDS, True, False, 0, 1, 0.5, -0.1, 2.0])
_VALUES = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=3)
)


@given(st.sampled_from(IN_FILES), _VALUES)
@limits(max_examples=300, deadline=None)
def test_whatever_the_value_the_parser_accepts_nothing_that_the_schema_refuses(validator, key, value):
    table, _, inner = key.partition(".")
    document = {table: {inner: value}} if inner else {table: value}
    try:
        checked(document)
    except Fault as fault:
        assert "\n" not in fault.message()
        assert line_of(f"{key} = {written(value)}", fault.at) == 1
    else:
        validator.validate(document)


def test_every_key_has_a_description_for_editors_and_a_row_for_people():
    properties = schema()["properties"]
    rows = table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == IN_FILES
    assert all(row.count("|") == 5 for row in rows), "a bar in a cell would break the table"
    for name in IN_FILES:
        group, _, inner = name.partition(".")
        found = properties[group]["properties"][inner] if inner else properties[group]
        assert found["description"]


def test_the_readme_shows_the_keys():
    readme = Path(__file__).parents[1] / "README.md"
    assert table() in readme.read_text(encoding="utf-8"), "run: python -m srlint.config.schema --table"
