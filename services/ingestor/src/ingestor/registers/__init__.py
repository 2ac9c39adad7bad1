"""Registers: lists of parties that other bodies keep, taken in as entries with validity dates."""
