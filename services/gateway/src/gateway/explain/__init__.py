"""Why a score is what it is: the score's own numbers, said in the reader's language."""
