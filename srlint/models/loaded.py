"""The models of a run: each loaded when first asked for, once, whatever the number of linters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from threading import Lock, local
from typing import TYPE_CHECKING

from srlint.engine.threads import shared_out
from srlint.models.locate import Located, cache_folder, embedded, locate
from srlint.models.manifest import Manifest
from srlint.parallel import Crew

if TYPE_CHECKING:
    from srlint.detector import Detector
    from srlint.engine.decode import Rewriter
    from srlint.engine.session import Session
    from srlint.server.remote import RemoteModel
    from srlint.tagger import EditTagger

# The folder beside the embedded model for what makes the start of any model quicker.
_STARTS = "starts"
# Seconds that threads get to come to an end: the system may not like to see them go in the middle of their work.
_PATIENCE = 2.0
# In tokens: enough for nearly every sentence with all that is tried for it.
_ROOM = 800


class LanguageModel:
    """One language model, on disk until its manifest or its words are needed."""

    def __init__(
        self, located: Located, pause: Callable[[], None] | None = None, *, jobs: int | None = None
    ) -> None:
        self.digest = located.digest
        self._located = located
        self._pause = pause
        self._most = jobs
        self._sessions: list[Session] = []
        self._idle: list[Rewriter] = []
        self._own = local()
        self._lock = Lock()

    @cached_property
    def manifest(self) -> Manifest:
        """What the model was made for, and what was measured of it since. Raises ModelError."""
        located = self._located
        found = located.manifest
        if found is None:
            from srlint.models import header
            from srlint.models.profile import manifest_of

            assert located.path is not None
            found = manifest_of(located.name, header.read(located.path))
            found.check(located.name)
        if located.calibration is None:
            return found
        measured = located.calibration
        return replace(found, judge_weight=measured.judge_weight, threshold=measured.threshold, calibrated=True)

    @property
    def caution(self) -> str | None:
        """What a person should know before trusting the model's judgement. Raises ModelError."""
        advice = f"run `srlint model calibrate {self._located.name}`"
        if self._located.outdated:
            return f"{self._located.name}: calibrated for another file or another srlint: {advice} again"
        if not self.manifest.calibrated:
            return f"{self._located.name}: not calibrated, so that it has little say in what is found: {advice}"
        return None

    @property
    def embedded(self) -> bool:
        """Whether it is the one in a package, with our adapter."""
        return self._located.path is None

    @property
    def jobs(self) -> int:
        """How many passages are best read at once, each in a thread of its own."""
        return self._shared_out[0]

    @cached_property
    def crew(self) -> Crew:
        """Threads for what is asked of the model before its turn."""
        return Crew(self.jobs)

    @cached_property
    def _shared_out(self) -> tuple[int, int]:
        path = self._located.path
        return shared_out(path.stat().st_size if path is not None else 0, self._most)

    @property
    def rewriter(self) -> Rewriter:
        """The model, loaded: this thread's own until `hand_back`. Raises ModelError."""
        own: Rewriter | None = getattr(self._own, "rewriter", None)
        if own is None:
            try:
                own = self._idle.pop()
            except IndexError:
                with self._lock:  # what the first one bakes or keeps serves the next
                    own = self._opened()
            self._own.rewriter = own
        return own

    def hand_back(self) -> None:
        """Leaves this thread's rewriter, if it has one, to the thread that asks for one next."""
        own: Rewriter | None = self._own.__dict__.pop("rewriter", None)
        if own is not None:
            self._idle.append(own)

    def _opened(self) -> Rewriter:
        from srlint.engine.decode import Rewriter
        from srlint.engine.session import Session
        from srlint.turns import worked

        # A model that was trained on no prompt of ours is shown what is asked for.
        turns = worked() if self.manifest.prompt is None else ()
        path = self._located.path or embedded()
        session = Session.open(path, self._shared_out[1], turns, keep=cache_folder() / _STARTS, room=_ROOM)
        self._sessions.append(session)
        rewriter = Rewriter(session)
        if self._pause is not None:
            session.pause = partial(_or_forget, self._pause, rewriter)
        return rewriter

    def close(self) -> None:
        """Lets go of the weights, and of what is asked of the model: a thread that is at it ends at its next step."""
        self.crew.drop()
        self._close_sessions()
        self.crew.ended(_PATIENCE)
        self._close_sessions()  # one that was being opened

    def _close_sessions(self) -> None:
        self._idle.clear()
        self._own = local()
        while self._sessions:
            self._sessions.pop().close()


def _or_forget(pause: Callable[[], None], rewriter: Rewriter) -> None:
    try:
        pause()
    except BaseException:
        rewriter.forget()
        raise


class Models:
    """The detector, and the language models by the name that the settings give them.

    `pause` is called again and again during long work, and what it raises ends that work.
    """

    def __init__(self, pause: Callable[[], None] | None = None, *, jobs: int | None = None) -> None:
        self._pause = pause
        self._jobs = jobs
        self._language: dict[str | None, LanguageModel] = {}
        self._servers: dict[tuple[str, str | None], RemoteModel] = {}
        self._cautioned: set[str] = set()

    @cached_property
    def detector(self) -> Detector:
        """Raises ModelError."""
        from srlint.detector import Detector

        return Detector.load(jobs=self._jobs)

    @cached_property
    def tagger(self) -> EditTagger | None:
        """None where the package's own was taught by the states of another detector. Raises ModelError."""
        from srlint.tagger import EditTagger

        found = EditTagger.load()
        return found if found.made["states"] == self.detector.states_digest else None

    def language(self, name: str | None) -> LanguageModel:
        """The model that `name` stands for; None: the embedded one. Raises ModelError for one that is not there."""
        if name not in self._language:
            self._language[name] = LanguageModel(locate(name), self._pause, jobs=self._jobs)
        return self._language[name]

    def pause(self) -> None:
        """A moment at which work may be ended from outside."""
        if self._pause is not None:
            self._pause()

    def cautions(self, name: str | None) -> list[str]:
        """What to tell a person who uses this model, unless it was told in this run before. Raises ModelError."""
        caution = self.language(name).caution
        if caution is None or caution in self._cautioned:
            return []
        self._cautioned.add(caution)
        return [caution]

    @property
    def servers(self) -> tuple[RemoteModel, ...]:
        """Those that were asked for so far."""
        return tuple(self._servers.values())

    def server(self, address: str, model: str | None, jobs: int) -> RemoteModel:
        """The model behind a server. Raises ConfigError for an address that is none."""
        if (address, model) not in self._servers:
            from srlint.server.remote import RemoteModel

            self._servers[address, model] = RemoteModel(address, model, jobs)
        return self._servers[address, model]

    def close(self) -> None:
        """Lets go of everything. Closing twice is fine."""
        for language in self._language.values():
            language.crew.drop()
        if "detector" in self.__dict__:
            self.detector.close()
        while self._language:  # their threads may still ask the detector
            self._language.popitem()[1].close()
        self.__dict__.pop("detector", None)
