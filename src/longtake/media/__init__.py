"""Pixels, sound and containers: reading clips, drawing, writing films."""
