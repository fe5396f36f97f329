"""Keep out of notebooks what concerns no reader of theirs."""

import importlib
import warnings
from typing import Any


def quiet() -> None:
    """Silence progress bars, and the hint to install widgets for them. Call before transformers.

    The hint is a warning on first import in a kernel, with a path of the machine in it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("tqdm.auto")
    from transformers.utils import logging

    disable: Any = logging.disable_progress_bar
    disable()
