"""Fuzzing: what a stranger may have written, damaged in every way, given to each reader of srlint."""
