"""Turn a storyboard into one long film."""
