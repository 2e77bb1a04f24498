"""Takes and money: what is owned, where it lies, what it cost."""
