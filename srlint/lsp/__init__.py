"""`srlint lsp`: findings and rewrites in an editor, over the Language Server Protocol. Needs the extra `lsp`."""
