"""The errors a person can meet. Each message is one line that names the file, key or flag at fault."""


class SrlintError(Exception):
    """A run, or one document of it, cannot be trusted. `cli` turns it into one line and status 2."""


class ConfigError(SrlintError):
    """A setting is unknown, misspelt or out of range."""


class DocumentError(SrlintError):
    """A document cannot be read or written."""


class ModelError(SrlintError):
    """A model is missing, damaged, or not one that srlint can use."""
