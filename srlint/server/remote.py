"""A model behind a server, as the judge and the rewrites know it: it words rewrites, and has no say in what is found.

What leaves this machine, and all that does: of a flagged passage that listed terms cannot mend, the passage, the
sentence before and the marked words, in the message that every model gets (srlint.prompt).
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from srlint import prompt
from srlint.candidates import UnansweredError
from srlint.document import Span
from srlint.errors import ConfigError
from srlint.models.manifest import Manifest
from srlint.server import answer
from srlint.server.address import endpoint
from srlint.server.answer import MalformedError
from srlint.server.form import FORMS, NOT_THAT_FORM, Form, content

if TYPE_CHECKING:
    from srlint.server.client import Client, Fault

KEY_VARIABLE = "SRLINT_SERVER_KEY"
JOBS = 4
# What stands for a model's control tokens. A server may read them in a message too, so that text could end the message.
_CONTROL = re.compile(r"<[|｜]|[|｜]>|\[/?(?:INST|SYSTEM_PROMPT)\]|</?s>|_of_turn>")
# A longer passage is none that people wrote, and no context need be large enough for it.
MAX_CHARACTERS = 4000
_NAMED_AT_MOST = 20


class RemoteModel:
    """Asks one server. May be used from several threads at once, and raises no Fault for what the server does.

    Once the server has failed it is asked no more; `trouble` says how.
    """

    # Nobody has measured how far to trust a server's model, so that detection does not depend on it.
    manifest = Manifest(calibrated=False)

    def __init__(self, address: str, model: str | None = None, jobs: int = JOBS) -> None:
        """Raises ConfigError for an address that is none. Without `model`, the server's only one is asked."""
        self.address = address
        self.jobs = jobs
        self._endpoint = endpoint(address)
        self._key = _key()
        self._named = model
        self._lock, self._first_request = threading.Lock(), threading.Lock()
        self._form: Form | None = None
        self._failure: str | None = None
        self._down = False
        self._unanswered = self._malformed = 0

    @cached_property
    def model(self) -> str | None:
        """The model that is asked; None when the server does not say. Raises ConfigError when it has several."""
        if self._named is not None:
            return self._named
        names = self.models()
        if names is None:
            return None
        if len(names) == 1:
            return names[0]
        listed = ", ".join(names[:_NAMED_AT_MOST]) + (", …" if len(names) > _NAMED_AT_MOST else "")
        what = f"has several models: {listed}" if names else "names no model"
        raise ConfigError(f"server {self.address}: {what}: choose one with --server-model")

    def models(self) -> list[str] | None:
        """The models that the server says it has; None when it does not say, and `trouble` why."""
        from srlint.server.client import Fault

        try:
            return _names(self._client.get("/models"))
        except Fault as fault:
            named = "; --server-model names one" if fault.status in (404, 405, 501) else ""
            self._fail(fault, f" (asked for its models{named})")
            return None

    @property
    def digest(self) -> str:
        """Tells cached answers apart, by the server and the model that was named.

        To ask the server for a name would cost each run a request, and while it is down all that is cached.
        """
        return f"server {self._endpoint} {self._named}"

    @property
    def sent(self) -> int:
        """How many requests were sent so far."""
        return self._client.sent if "_client" in self.__dict__ else 0

    @property
    def report(self) -> str:
        """What was sent where, in one line."""
        unusable = f"; answers that could not be used: {self._malformed}" if self._malformed else ""
        return f"server {self.address}: requests sent: {self.sent}{unusable}"

    @property
    def trouble(self) -> str | None:
        """What went wrong, in one line; None when nothing did."""
        if self._failure is None:
            return None
        left = f"; flagged passages without its rewrite: {self._unanswered}" if self._unanswered else ""
        return f"server {self.address}: {self._failure}{left}"

    def write(self, text: str, before: str, marks: Sequence[Span], turn: int) -> str | None:
        """A rewrite of the passage, another one for each `turn`; None when there is none.

        Raises UnansweredError when the server fails or does not answer as it should, and ConfigError when it has
        several models and none was named.
        """
        if self._down:
            raise self._left_alone()
        if len(text) + len(before) > MAX_CHARACTERS or _CONTROL.search(f"{before}\n{text}"):
            return None
        from srlint.server.client import Fault

        try:
            # Even in text that a tokenizer does not know well, two characters make a token.
            reply = self._asked(prompt.question(text, before, marks), 32 + len(text) // 2, turn)
        except Fault as fault:
            self._fail(fault)
            raise self._left_alone() from None
        try:
            return answer.rewrite(content(reply), text.count(prompt.ATOM))
        except MalformedError:
            with self._lock:
                self._malformed += 1
            raise UnansweredError from None

    @cached_property
    def _client(self) -> Client:
        from srlint.server.client import Client

        return Client(self._endpoint, self._key)

    def _asked(self, question: str, room: int, turn: int) -> Any:
        """The reply, in the form that the server accepts: the first request finds out. Raises Fault."""
        if self._form is None:
            with self._first_request:
                if self._form is None:
                    return self._found_out(question, room, turn)
        return self._post(self._form, question, room, turn)

    def _found_out(self, question: str, room: int, turn: int) -> Any:
        from srlint.server.client import Fault

        _ = self.model  # asked for before anything is sent
        if self._down:
            raise Fault("not asked again")
        for form in FORMS:
            try:
                reply = self._post(form, question, room, turn)
            except Fault as fault:
                if fault.status in NOT_THAT_FORM and form is not FORMS[-1]:
                    continue
                self._fail(fault)  # before anybody else tries
                raise
            self._form = form
            return reply
        raise AssertionError("unreachable")

    def _post(self, form: Form, question: str, room: int, turn: int) -> Any:
        named = {} if self.model is None else {"model": self.model}
        return self._client.post("/chat/completions", {**named, **form.body(question, room, turn)})

    def _fail(self, fault: Fault, where: str = "") -> None:
        with self._lock:
            self._failure = self._failure or f"{fault}{where}"
            self._down = self._down or not fault.alone

    def _left_alone(self) -> UnansweredError:
        with self._lock:
            self._unanswered += 1
        return UnansweredError()


def _key() -> str | None:
    """The key in the environment, if there is one. Raises ConfigError for what no header can hold."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key.isascii() or (key and not key.isprintable()):
        raise ConfigError(f"{KEY_VARIABLE} holds characters that no key has")
    return key or None


def _names(listing: Any) -> list[str]:
    """The models of a server. Raises Fault for something else than a list of them."""
    from srlint.server.client import Fault

    found = listing.get("data") if isinstance(listing, dict) else None
    names = [entry.get("id") if isinstance(entry, dict) else None for entry in found] if isinstance(found, list) else []
    if not isinstance(found, list) or not all(isinstance(name, str) and name for name in names):
        raise Fault("does not list its models as an OpenAI-compatible server does")
    return list(dict.fromkeys(names))
