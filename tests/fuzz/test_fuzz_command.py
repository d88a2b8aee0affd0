"""The fuzzing command itself: it sees every way to fail, and its inputs can be made again."""

from __future__ import annotations

import json
import time

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from click.testing import CliRunner

from benchmarks.fuzz import fuzz, run
from benchmarks.fuzzing.corpus import material
from benchmarks.fuzzing.failures import reduced
from benchmarks.fuzzing.mutate import MOST_BYTES, Material, made
from benchmarks.fuzzing.target import BrokenError, once
from benchmarks.fuzzing.targets import TARGETS
from benchmarks.fuzzing.watch import watched
from srlint.errors import DocumentError
from tests.fuzz.faulty import INPUTS


def test_every_way_to_fail_is_seen_and_its_input_kept(tmp_path):
    outcome = watched("faulty", len(INPUTS), 0, tmp_path, module="tests.fuzz.faulty")
    told = {file.with_suffix(".input").read_bytes(): file.read_text() for file in tmp_path.glob("*.txt")}
    assert set(told) == {b"raises", b"breaks", b"dies", b"takes memory", b"hangs"}
    assert told[b"raises"].startswith("KeyError at ")
    assert "a promise" in told[b"breaks"]
    assert "status -6" in told[b"dies"]
    assert told[b"takes memory"].startswith("MemoryError at ")
    assert told[b"hangs"].startswith("no end within 5 s")
    assert (outcome.executions, outcome.failures) == (len(INPUTS), 5)
    assert outcome.longest >= 5


def test_an_input_can_be_made_again_from_its_number():
    own = material("markdown", TARGETS["markdown"])
    first = [made(own, "0 markdown", number) for number in range(300)]
    assert first == [made(own, "0 markdown", number) for number in range(300)]
    assert first != [made(own, "1 markdown", number) for number in range(300)]
    assert tuple(first[: len(own.corpus)]) == own.corpus
    assert len(set(first)) > 290
    assert max(map(len, first)) <= MOST_BYTES


def test_some_inputs_are_long_and_most_are_not():
    sizes = [len(made(Material((b"The chairman.",), (b"[",)), "0", number)) for number in range(1, 2000)]
    assert sum(size > 5000 for size in sizes) > 2
    assert sorted(sizes)[1000] < 200


def test_an_input_loses_what_its_failure_does_not_need():
    found = reduced(
        b"x" * 500 + b"[a" + b"y" * 300 + b"]", lambda data: b"[" in data and b"]" in data, time.monotonic() + 60
    )
    assert found == b"[]"


def test_an_error_of_several_lines_or_of_none_is_a_failure():
    def raising(message):
        def refuse(data):
            raise DocumentError(message)

        return refuse

    once(raising("a.md: not a document"), b"")
    with pytest.raises(BrokenError, match="without a message"):
        once(raising(" "), b"")


def test_the_command_tells_what_came_of_each_target(tmp_path):
    figures = tmp_path / "figures.json"
    arguments = [
        "bytes",
        "replies",
        "--executions",
        "200",
        "--failures",
        str(tmp_path / "failed"),
        "--json",
        str(figures),
    ]
    done = CliRunner().invoke(fuzz, arguments)
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == ["bytes", "replies", "all"]
    told = json.loads(figures.read_text())["figures"]
    assert told["executions"] == sum(target["executions"] for target in told["targets"].values()) == 200
    assert not (tmp_path / "failed").exists()


def test_executions_are_shared_out_by_what_targets_cost(tmp_path):
    one, other = TARGETS["bytes"].share, TARGETS["cache"].share
    found = run(["bytes", "cache"], one + other, 0, 2, tmp_path)
    assert [found[name].executions for name in ("bytes", "cache")] == [one, other]


def test_an_unknown_target_is_refused():
    done = CliRunner().invoke(fuzz, ["markdwon"])
    assert done.exit_code == 2
    assert "markdwon: not one of markdown, " in done.output
