"""The protocol as pygls has it, but for four things: texts are kept by `Buffers`, whose lines end where those of the
protocol do; a request that makes no sense gets an answer; JSON that is no message is refused as such; and `exit` ends
the loop instead of raising."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol, lsp_method

if TYPE_CHECKING:
    from srlint.lsp.server import Server


class Protocol(LanguageServerProtocol):
    _server: Server

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        self._server.opened(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self._server.changed(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.closed(params)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:
        self._server.leave(0 if self._shutdown else 1)

    def handle_message(self, message: Any) -> None:
        if not hasattr(message, "jsonrpc"):
            raise JsonRpcInvalidRequest("not a message of the protocol")
        super().handle_message(message)

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise
