"""The sub-commands of `cases`: each has `configure(parser)` and `run(arguments)`."""
