"""Film -> deliverables."""
