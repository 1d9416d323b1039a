"""Benchmarks: each figure is measured beside a bare peer in the same run, so that the ratio outlives the machine."""
