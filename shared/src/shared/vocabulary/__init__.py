"""The words of the domain: numbers, money, texts and codes. Nothing here does any I/O."""
