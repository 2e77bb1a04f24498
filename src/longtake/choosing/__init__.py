"""Choosing among takes: what there is to choose from, what a choice changes, and writing it down."""
