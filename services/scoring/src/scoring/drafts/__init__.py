"""Drafts: indicators that partners write, tried over all history before they may alert anybody."""
