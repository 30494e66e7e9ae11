"""What a reaction can do outside, each as an Effect that `engine.steps` records."""
