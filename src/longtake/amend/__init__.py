"""What an edit does: which clips stay, which are joined anew, which are made again, and why."""
