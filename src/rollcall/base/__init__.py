"""Settings, clock, logging, metrics and periodic tasks: what every layer above may lean on."""
