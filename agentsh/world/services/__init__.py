"""Services that systems and actions share, one noun each. They serve and never drive, and hold nothing to be stored."""
