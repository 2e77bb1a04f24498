"""The storyboard language: YAML in, a checked Storyboard out, every fault with its line."""
