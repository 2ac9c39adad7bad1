"""Subscriptions: saved filters of the lists, told of by webhook, letter or chat."""
