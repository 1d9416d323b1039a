"""Several players of one participant at one media: which may be open, and which has to close.

Time is the union over all plays whatever is chosen here; the choice is about who may look, not about what counts.
"""

from typing import Literal

Concurrency = Literal["union", "newest", "ask"]
