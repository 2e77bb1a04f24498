"""Voices for narrations: who can speak, how each is asked, and how one is bought."""
