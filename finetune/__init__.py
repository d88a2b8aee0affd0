"""Training of srlint's two models. Runs from a checkout; `srlint` itself never imports it."""
