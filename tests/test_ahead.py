"""Documents begun ahead of their turn: results, order and errors are those of one document after the other."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from itertools import islice
from pathlib import Path

import pytest

from srlint import detector as detecting
from srlint import run as running
from srlint.checker import Checker, CheckOptions
from srlint.config import Resolver, Settings
from srlint.detector import Detector
from srlint.document import Document
from srlint.linter import Linter
from srlint.models.dev import passages as dev
from srlint.models.loaded import Models
from srlint.run import find_targets

ALONE = Settings(use_model=False, use_cache=False)
ROWS = dev(90)


def documents(count: int = 6) -> list[Document]:
    """Documents of some sentences each, flagged and clean, of very different lengths, some sentences in several."""
    draw = random.Random(1)
    texts = [row.text for row in ROWS]
    return [Document("\n\n".join(draw.sample(texts, 3 + 9 * (at % 3))), "text") for at in range(count)]


def reviewed(given: list[Document], jobs: int | None, ahead: int) -> list:
    """What a linter finds in each document when it may begin so many ahead."""
    with Linter.open(ALONE, models=Models(jobs=jobs)) as linter:
        found = []
        for at, document in enumerate(given):
            for behind in given[at : at + ahead]:
                linter.expect(behind)
            found.append(linter.check(document))
        return found


@pytest.fixture(scope="module")
def one_by_one():
    return reviewed(documents(), 1, 0)


@pytest.mark.parametrize(("jobs", "ahead"), [(1, 3), (2, 0), (2, 2), (3, 9), (None, 6)])
def test_what_is_found_does_not_hang_on_jobs_or_on_what_is_begun_ahead(one_by_one, jobs, ahead):
    assert sum(len(review.findings) for review in one_by_one) > 10
    assert reviewed(documents(), jobs, ahead) == one_by_one


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_does_not_hang_on_the_order_of_documents(one_by_one, seed):
    order = random.Random(seed).sample(range(6), 6)
    found = reviewed([documents()[at] for at in order], 2, 3)
    assert found == [one_by_one[at] for at in order]


@pytest.mark.parametrize(("taken", "portion"), [(1, 1), (3, 7), (64, 10_000)])
def test_a_detection_is_the_same_to_the_bit_in_any_portions(monkeypatch, taken, portion):
    given = [(row.text, row.before) for row in ROWS[:40]]
    detector = Detector.load(jobs=2)
    floors = [0.7, 0.3, 0.0, 0.01] * 10
    wanted = detector.begin(given, None, floors)()
    monkeypatch.setattr(detecting, "_TAKEN", taken)
    monkeypatch.setattr(detecting, "_PORTION", portion)
    shuffled = random.Random(taken).sample(range(40), 40)
    found = detector.begin([given[at] for at in shuffled], None, [floors[at] for at in shuffled])()
    detector.close()
    assert found == [wanted[at] for at in shuffled]


def test_a_document_that_was_expected_and_has_changed_is_read_anew(one_by_one):
    old, new = documents()[:2]
    with Linter.open(ALONE) as linter:
        linter.expect(old)
        linter.expect(old)
        assert linter.check(new) == one_by_one[1]
        assert linter.check(old) == one_by_one[0]
        assert linter.check(old) == one_by_one[0]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checker(**settings) -> Checker:
    return Checker(Resolver([{"use_model": False, "use_cache": False, **settings}], None, True), ALONE, CheckOptions())


def targets():
    return find_targets(running.Job(Resolver([], None, True), (".",)))[0]


def test_targets_come_in_order_and_only_so_many_are_begun_ahead(folder, monkeypatch):
    for number in range(30):
        Path(f"{number:02}.md").write_text("word " * 20)
    begun = []

    class Begins:
        def expect(self, target):
            begun.append(target.name)
            return 100

    monkeypatch.setattr(running, "_AHEAD", 450)
    monkeypatch.setattr(running, "_MOST_AHEAD", 8)
    names = [target.name for target in targets()]
    steps = [(target.name, len(begun)) for target in running._expecting(Begins(), targets())]
    assert [name for name, _ in steps] == begun == names
    assert [count for _, count in steps] == [min(5 + at, 30) for at in range(30)]
    monkeypatch.setattr(running, "_AHEAD", 10**9)
    begun.clear()
    assert [len(begun) for _ in islice(running._expecting(Begins(), targets()), 3)] == [8, 9, 10]


def test_a_file_that_cannot_be_read_costs_the_others_nothing(folder):
    Path("a.md").write_text("The chairman spoke.\n")
    Path("b.md").write_bytes(b"caf\xe9\n")
    Path("c.md").write_text("The chairman left.\n")
    done = subprocess.run(
        [sys.executable, "-m", "srlint", "check", "--no-model", "--isolated", "--output-format", "json"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == 2
    assert [item["file"] for item in json.loads(done.stdout)] == ["a.md", "c.md"]
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("srlint: b.md: ")


def test_a_fault_ahead_comes_up_when_its_turn_has_come(folder, monkeypatch):
    for name in "abc":
        Path(f"{name}.md").write_text(f"The chairman spoke of {name}.\n")
    begin = Linter._opened

    def fails(self, document):
        if "of b" in document.text:
            raise RuntimeError("not foreseen")
        return begin(self, document)

    monkeypatch.setattr(Linter, "_opened", fails)
    with checker() as one:
        turns = running._expecting(one, targets())
        assert len(one.check(next(turns)).review.findings) == 1
        with pytest.raises(RuntimeError, match="not foreseen"):
            one.check(next(turns))


def test_an_interrupt_does_not_wait_for_what_is_begun(folder):
    """The detector reads in threads, and takes a second for each sentence after it has been tried."""
    sentences = [f"People from group {number} can never be trusted with money." for number in range(4000)]
    Path("long.md").write_text("\n\n".join(sentences))
    program = (
        "import time\nfrom srlint.detector import Detector\nread, reads = Detector._read, []\n"
        "def slow(*given):\n"
        "    reads.append(None)\n"
        "    if len(reads) == 2: print('reading', flush=True)\n"
        "    time.sleep(len(reads) > 1)\n"
        "    return read(*given)\n"
        "Detector._read = slow\n"
        "from srlint.cli import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "check", "--no-model", "--isolated", "--no-cache"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert process.stdout.readline() == b"reading\n"
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, said.strip()) == (130, b"srlint: interrupted")


def test_closing_forgets_what_was_begun(monkeypatch):
    detector = Detector.load(jobs=2)
    read, reads = detector._read, []

    def slow(*given):
        reads.append(None)
        time.sleep(0.01)
        return read(*given)

    monkeypatch.setattr(detector, "_read", slow)
    finish = detector.begin([(f"The old man number {number} cannot learn it.", "") for number in range(3000)])
    detector.close()
    with pytest.raises(CancelledError):
        finish()
    assert len(reads) < 3000
