"""Clips from fal.ai for longtake."""
