"""Property tests here have no deadline, because the machine is shared."""

from hypothesis import settings

settings.register_profile("pulse", deadline=None)
settings.load_profile("pulse")
