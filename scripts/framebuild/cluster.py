"""A cluster as an executor: `frames run --dask ADDRESS`, through the `distributed` library."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor

from framespec.corpus import Refused

CONNECT_S = 10


@contextlib.contextmanager
def cluster_pool(address: str) -> Iterator[Executor]:
    """The workers behind a scheduler. Raises Refused if they cannot be reached.

    Not pure, so that --force runs a demo again; the library itself runs a task again elsewhere
    when its worker dies, and gives it up when it has killed several.
    """
    try:
        from distributed import Client
    except ImportError:
        mend = "pip install 'frames-encyclopedia[cluster]'"
        raise Refused("--dask needs the library distributed", mend) from None
    try:
        client = Client(address, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        mend = "start one with `dask scheduler`, and give the address that it prints"
        raise Refused(f"no scheduler answers at '{address}': {error}", mend) from None
    with client:
        yield client.get_executor(pure=False, retries=1)
