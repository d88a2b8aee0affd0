"""Measurements of srlint, beside a peer and beside doing nothing: quality on our passages; noise and speed."""
