"""llama.cpp behind a small face: a loaded model with the shared prefix evaluated, and rewrites decoded from it."""
