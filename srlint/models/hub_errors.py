"""What goes wrong between here and the Hugging Face hub, in one line that says what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from srlint.errors import ModelError, SrlintError
from srlint.models.catalogue import HubFile

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def one_line(wanted: HubFile) -> Iterator[None]:
    """Turns whatever the hub's own library raises into a ModelError about `wanted`."""
    try:
        yield
    except SrlintError:
        raise
    except Exception as error:  # the HTTP client differs between versions of huggingface_hub, and so do its errors
        raise ModelError(f"{wanted.name}: {_reason(error, wanted)}") from error


def _reason(error: BaseException, wanted: HubFile) -> str:
    from huggingface_hub import errors

    if isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__ is not None:
        return _reason(error.__cause__, wanted)
    place = f"{endpoint()}/{wanted.repository}"
    if isinstance(error, errors.OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, so that nothing can be pulled: unset it"
    if isinstance(error, errors.GatedRepoError):
        return f"its owner grants access on request: ask at {place}, then set HF_TOKEN or run `hf auth login`"
    # The hub itself says 401 of repositories that are not there; its library knows that of its own address only.
    if isinstance(error, errors.RepositoryNotFoundError) or (_status(error) == 401 and not _bad_token(error)):
        return f"there is no {place}, or it is private: check the name; for a private one set HF_TOKEN"
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{place} has no revision {wanted.revision}"
    if isinstance(error, errors.HFValidationError):
        return f"{wanted.repository} is no name of a repository"
    if _status(error) is not None:
        return _answered(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        return "no space left on the disk; what has come is kept, and pulling again goes on from there"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"cannot reach {endpoint()}: {_first_line(error)}; pulling again goes on from what has come"


def _answered(error: BaseException) -> str:
    """About an answer that no more telling error stands for."""
    status = _status(error)
    if status == 401:
        return f"{endpoint()} does not accept the token in HF_TOKEN or from `hf auth login`"
    if status == 403:
        return f"{endpoint()} forbids it to the holder of this token: check its permissions"
    if status == 429:
        return f"{endpoint()} gets too many requests from here: wait, or set HF_TOKEN for a higher limit"
    return f"{endpoint()} answers {status or 'strangely'}: {_first_line(error)}"


def _status(error: BaseException) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)


def _bad_token(error: BaseException) -> bool:
    headers = getattr(getattr(error, "response", None), "headers", {})
    return "credentials" in headers.get("X-Error-Message", "")


def endpoint() -> str:
    """The hub that is asked: $HF_ENDPOINT, or https://huggingface.co."""
    from huggingface_hub import constants

    return constants.ENDPOINT


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
