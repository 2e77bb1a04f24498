"""How the samples' pictures, music and footage are drawn; used only by make_samples.py."""
