"""The ingestor's sub-commands, a module each with `configure(parser)` and `run(arguments)`."""
