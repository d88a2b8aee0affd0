"""Language models: where they are, what they were made for, and how the embedded one is put together."""
