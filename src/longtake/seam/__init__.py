"""Joins inside a chain: measured, mended where that helps, left alone where it does not."""
