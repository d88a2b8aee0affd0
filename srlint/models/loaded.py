"""The models of a run: each loaded when first asked for, once, whatever the number of linters."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from srlint.detector import Detector
from srlint.models import header
from srlint.models.locate import Located, embedded, locate
from srlint.models.manifest import Manifest
from srlint.models.profile import manifest_of
from srlint.server.remote import RemoteModel

if TYPE_CHECKING:
    from srlint.engine.decode import Rewriter
    from srlint.engine.session import Session


class LanguageModel:
    """One language model, on disk until its manifest or its words are needed."""

    def __init__(self, located: Located) -> None:
        self.digest = located.digest
        self._located = located
        self._session: Session | None = None

    @cached_property
    def manifest(self) -> Manifest:
        """What the model was made for, and what was measured of it since. Raises ModelError."""
        located = self._located
        found = located.manifest
        if found is None:
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

    @cached_property
    def rewriter(self) -> Rewriter:
        """The model, loaded. Raises ModelError."""
        from srlint.engine.decode import Rewriter
        from srlint.engine.session import Session

        self._session = Session.open(self._located.path or embedded())
        return Rewriter(self._session)

    def close(self) -> None:
        """Lets go of the weights."""
        session, self._session = self._session, None
        if session is not None:
            session.close()


class Models:
    """The detector, and the language models by the name that the settings give them."""

    def __init__(self) -> None:
        self._language: dict[str | None, LanguageModel] = {}
        self._servers: dict[tuple[str, str | None], RemoteModel] = {}
        self._cautioned: set[str] = set()

    @cached_property
    def detector(self) -> Detector:
        """Raises ModelError."""
        return Detector.load()

    def language(self, name: str | None) -> LanguageModel:
        """The model that `name` stands for; None: the embedded one. Raises ModelError for one that is not there."""
        if name not in self._language:
            self._language[name] = LanguageModel(locate(name))
        return self._language[name]

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
            self._servers[address, model] = RemoteModel(address, model, jobs)
        return self._servers[address, model]

    def close(self) -> None:
        """Lets go of everything. Closing twice is fine."""
        if "detector" in self.__dict__:
            self.__dict__.pop("detector").close()
        while self._language:
            self._language.popitem()[1].close()
