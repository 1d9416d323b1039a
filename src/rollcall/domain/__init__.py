"""Pure rules: no I/O, no clock, no logging, nothing from outside the standard library."""
