"""What a rewriting model is worth, beside baselines that take no thought: one file per benchmark, one report."""
