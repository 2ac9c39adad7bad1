"""The sub-commands of `scoring`: each has `configure(parser)` and `run(arguments)`."""
