"""A language model on another machine, behind an OpenAI-compatible server. Nothing here runs unless it is asked for."""
