"""The legal navigator: from what was seen to its article, its evidence and its routes."""
