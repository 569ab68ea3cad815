"""How fast it is: `python -m tests.benchmarks` (`make bench`). Measured, never asserted."""
