"""Timeline and takes -> film."""
