"""The player's page without a browser and without a network: clocks, a video, and the rule that cuts rows."""
