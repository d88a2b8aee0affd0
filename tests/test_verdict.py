"""What a cache keeps comes back as it was, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srlint.document import Comment, Span
from srlint.findings import Edit, Finding, Rewrite, Skipped
from srlint.verdict import (
    Outcome,
    Verdict,
    outcome_from_bytes,
    outcome_to_bytes,
    verdict_from_bytes,
    verdict_to_bytes,
)

SPANS = st.tuples(st.integers(0, 99), st.integers(0, 9)).map(lambda pair: Span(pair[0], sum(pair)))
TEXTS = st.text(max_size=20)
SHARES = st.floats(0, 1)
SEVERITIES = st.sampled_from([None, "info", "error"])
CATEGORIES = st.lists(st.sampled_from(["gender", "age"]), min_size=1, max_size=2).map(tuple)
VERDICTS = st.builds(Verdict, SHARES, skipped=st.none() | TEXTS) | st.builds(
    Verdict,
    SHARES,
    CATEGORIES,
    st.lists(SPANS).map(tuple),
    TEXTS,
    st.none() | TEXTS,
    severity=SEVERITIES,
    others=st.lists(TEXTS, max_size=2).map(tuple),
)
REWRITES = st.builds(
    Rewrite, TEXTS, st.lists(st.builds(Edit, SPANS, TEXTS)).map(tuple), st.sampled_from(["safe", "unsafe"])
)
FINDINGS = st.builds(
    Finding,
    SPANS,
    CATEGORIES,
    SHARES,
    st.lists(SPANS).map(tuple),
    TEXTS,
    st.none() | REWRITES,
    st.just("warning"),
    st.lists(REWRITES, max_size=2).map(tuple),
)


@given(VERDICTS)
def test_verdicts(verdict):
    assert verdict_from_bytes(verdict_to_bytes(verdict)) == verdict


@given(
    st.lists(st.tuples(FINDINGS, SEVERITIES), max_size=3, unique_by=lambda pair: pair[0].span),
    st.lists(st.builds(Skipped, SPANS, TEXTS), max_size=2).map(tuple),
    st.lists(st.builds(Comment, SPANS, TEXTS), max_size=2).map(tuple),
)
def test_outcomes(found, skipped, comments):
    asked = {finding.span: severity for finding, severity in found if severity}
    findings = tuple(finding for finding, _ in found)
    outcome = Outcome(0.5, findings, asked, skipped, comments)
    assert outcome_from_bytes(outcome_to_bytes(outcome)) == outcome


@pytest.mark.parametrize("garbage", [b"", b"null", b"{}", b"[1]", b'"x"', b"\xff", b"[0.5, [[1]], [], []]", b"[1,2,3]"])
@pytest.mark.parametrize("read", [verdict_from_bytes, outcome_from_bytes])
def test_what_was_not_stored_by_srlint_is_refused(read, garbage):
    with pytest.raises((ValueError, TypeError, IndexError, KeyError)):
        read(garbage)
