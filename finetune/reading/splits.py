"""What is told twice, what leaks from one split into another, and how data without splits are cut."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from finetune.dataset import SPLITS
from finetune.reading.likeness import fingerprint
from finetune.reading.schemas import Entry
from srlint.errors import ConfigError

# Of all that is cut, and of train where only one held-out split is missing: either way test and dev are a third of
# train.
_ALL = {"test": 0.2, "dev": 0.2}
_MISSING = 0.25
# Of two copies the one in the earlier of these stays: what is held out may not shrink for the sake of training.
_KEEPERS = ("test", "dev", "train", None)


def distinct(found: Sequence[Entry], source: str, deduplicate: bool, log: Callable[[str], None]) -> list[Entry]:
    """The entries, none of them twice: as they are, or with `deduplicate` without later copies, whose number is logged.

    Two entries are copies when passage and sentence before are the same, or when the passage is and their splits are
    not. Train loses its copy to dev, and both lose theirs to test. Raises ConfigError naming the first two places.
    """
    leaks, copies = _clashes(found)
    if deduplicate:
        dropped = {later for _, later in (*leaks, *copies)}
        if dropped:
            log(f"{source}: dropped {len(leaks)} passages that another split holds and {len(copies)} told twice")
        return [entry for at, entry in enumerate(found) if at not in dropped]
    said = []
    for pairs, what in ((leaks, "stand in more than one split"), (copies, "are told twice")):
        if pairs:
            a, b = min(sorted(pair) for pair in pairs)
            said.append(f"{len(pairs)} passages {what} (first {found[a].place} and {found[b].place})")
    if said:
        raise ConfigError(f"{source}: {'; '.join(said)}: mend the data, or set deduplicate to drop the copies")
    return list(found)


def _clashes(found: Sequence[Entry]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Indices of (the one that stays, its copy): across splits, and within one."""
    leaks, copies = [], []
    seen: dict[tuple[str, str], int] = {}
    owners: dict[str, int] = {}
    for at in sorted(range(len(found)), key=lambda at: (_KEEPERS.index(found[at].split), at)):
        text = fingerprint(found[at].row.text)
        pair = (fingerprint(found[at].row.before), text)
        owner = owners.setdefault(text, at)
        if found[owner].split != found[at].split:
            leaks.append((owner, at))
        elif pair in seen:
            copies.append((seen[pair], at))
        else:
            seen[pair] = at
    return leaks, copies


def divided(found: Sequence[Entry], seed: int, source: str, log: Callable[[str], None]) -> dict[str, list[Entry]]:
    """The entries by split: as given, or 60 % train, 20 % dev and 20 % test, near enough.

    The cut hangs on the seed and on which passages there are, not on their order; the same passage after different
    sentences stays in one split. Where dev or test alone is missing it is a quarter of train. Data that are all for
    training come in no splits. Raises ConfigError where only some rows are in one, or none is for training.
    """
    names = {entry.split for entry in found}
    if names in ({None}, {"train"}):
        given = "no splits" if names == {None} else "no dev and no test split"
        log(f"{source}: {given} given: all is cut 60/20/20 by seed {seed}")
        return _cut(found, _ALL, seed, source)
    if None in names:
        place = next(entry.place for entry in found if entry.split is None)
        raise ConfigError(f"{place}: in no split, while other rows are: name its file after one or fill a split column")
    if "train" not in names:
        raise ConfigError(f"{source}: nothing to train on: all rows are for {' and '.join(sorted(names))}")
    splits = {name: [entry for entry in found if entry.split == name] for name in SPLITS}
    missing = {name: _MISSING for name in SPLITS if not splits[name]}
    for name in missing:
        log(f"{source}: no {name} split given: cut from train by seed {seed}")
    return splits | _cut(splits["train"], missing, seed, source) if missing else splits


def _cut(found: Sequence[Entry], shares: Mapping[str, float], seed: int, source: str) -> dict[str, list[Entry]]:
    """`shares` of the entries, and the rest as train; in each the order that they came in."""
    groups: dict[str, list[int]] = {}
    for at, entry in enumerate(found):
        groups.setdefault(fingerprint(entry.row.text), []).append(at)
    order = sorted(groups, key=lambda key: hashlib.sha256(f"{seed} {key}".encode()).digest())
    places: dict[str, list[int]] = {}
    for name, share in shares.items():
        places[name] = []
        while order and len(places[name]) < max(1, round(share * len(found))):
            places[name] += groups[order.pop()]
    places["train"] = [at for key in order for at in groups[key]]
    if not all(places.values()):
        raise ConfigError(f"{source}: too few different passages to split ({len(groups)})")
    return {name: [found[at] for at in sorted(places[name])] for name in SPLITS if name in places}
