"""One task from standard input, one answer to standard output: see `scoring.drafts.confined`."""

from scoring.drafts.confined import main

main()
