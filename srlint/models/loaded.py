"""The models of a run: each loaded when first asked for, once, whatever the number of linters."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from srlint.detector import Detector
from srlint.models.locate import Located, embedded, locate
from srlint.models.manifest import Manifest, from_metadata

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
        """What the model was made for. Raises ModelError."""
        if self._located.manifest is not None:
            return self._located.manifest
        assert self.rewriter and self._session is not None
        found = from_metadata(str(self._located.path), self._session.metadata)
        found.check(str(self._located.path))
        return found

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

    @cached_property
    def detector(self) -> Detector:
        """Raises ModelError."""
        return Detector.load()

    def language(self, name: str | None) -> LanguageModel:
        """The model that `name` stands for; None: the embedded one. Raises ModelError for one that is not there."""
        if name not in self._language:
            self._language[name] = LanguageModel(locate(name))
        return self._language[name]

    def close(self) -> None:
        """Lets go of everything. Closing twice is fine."""
        if "detector" in self.__dict__:
            self.__dict__.pop("detector").close()
        while self._language:
            self._language.popitem()[1].close()
