"""How many files and sockets this process may have open: thousands of viewers need more than the usual 1,024."""

import resource


def raise_file_limit() -> int:
    """Raise the limit of open files as far as the system lets this process; return what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
