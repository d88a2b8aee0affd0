"""What the editor can do, of all that it says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol.types import ClientCapabilities, MarkupKind


@dataclass(frozen=True, slots=True)
class Abilities:
    """`versions`: it checks the version of a text before it edits it. `resolve`: it asks for the edit of an action once
    somebody has chosen it. `snippets`: an edit can leave a place to type in. `pull_only`: it asks for diagnostics and
    takes none that are sent."""

    versions: bool = False
    resolve: bool = False
    snippets: bool = False
    apply: bool = False
    markdown: bool = False
    progress: bool = False
    configuration: bool = False
    configuration_changes: bool = False
    watching: bool = False
    pull_only: bool = False
    refresh: bool = False


def abilities(told: ClientCapabilities) -> Abilities:
    """What `initialize` tells."""
    resolvable = _get(told, "text_document.code_action.resolve_support.properties") or ()
    formats = _get(told, "text_document.hover.content_format") or ()
    pulls = _get(told, "text_document.diagnostic") is not None
    return Abilities(
        versions=bool(_get(told, "workspace.workspace_edit.document_changes")),
        resolve="edit" in resolvable and bool(_get(told, "text_document.code_action.data_support")),
        snippets=bool(_get(told, "workspace.workspace_edit.snippet_edit_support")),
        apply=bool(_get(told, "workspace.apply_edit")),
        markdown=MarkupKind.Markdown in formats,
        progress=bool(_get(told, "window.work_done_progress")),
        configuration=bool(_get(told, "workspace.configuration")),
        configuration_changes=bool(_get(told, "workspace.did_change_configuration.dynamic_registration")),
        watching=bool(_get(told, "workspace.did_change_watched_files.dynamic_registration")),
        pull_only=pulls and _get(told, "text_document.publish_diagnostics") is None,
        refresh=bool(_get(told, "workspace.diagnostics.refresh_support")),
    )


def _get(told: Any, way: str) -> Any:
    for name in way.split("."):
        told = getattr(told, name, None)
    return told
