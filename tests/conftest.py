"""What holds for all tests: generated cases are the same in every run, so that a red test is red for a reason."""

from hypothesis import settings

settings.register_profile("steady", derandomize=True)
settings.load_profile("steady")
