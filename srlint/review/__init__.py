"""`srlint review`: one finding at a time, with a person who decides."""
