"""One module per command, each with `run(words)` returning an exit code or None."""
