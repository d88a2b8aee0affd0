"""The error boundary of the server: what goes wrong becomes one line for the editor, and the server goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from pygls.exceptions import JsonRpcException

from srlint.bugs import write_report
from srlint.errors import SrlintError
from srlint.output.escape import printable

REQUEST_FAILED = -32803


def line(error: BaseException) -> str:
    """What to say about an error. Of one that nobody foresaw a report is written."""
    if isinstance(error, (SrlintError, JsonRpcException)):
        return printable(str(error))
    if isinstance(error, OSError):
        return printable(error.strerror or str(error))
    return f"a bug in srlint: {type(error).__name__}; report: {write_report(error)}"


def guarded(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A request handler whose errors are answers."""

    @wraps(handler)
    async def answer(*params: Any) -> Any:
        try:
            return await handler(*params)
        except JsonRpcException:
            raise
        except Exception as error:  # whoever asked must get an answer
            raise JsonRpcException(line(error), REQUEST_FAILED) from None

    return answer
