"""The wire formats the simulator speaks, one file for each."""
