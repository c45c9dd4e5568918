"""How hypothesis draws worlds: without a deadline, and from a fixed seed unless more is asked for."""

import os

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

# A world takes as long as it takes: time is measured in bench/, never here.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=_SLOW)
# `make fuzz` and `make chaos` draw anew each time, and more.
settings.register_profile("long", deadline=None, max_examples=2_000, print_blob=True, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))
