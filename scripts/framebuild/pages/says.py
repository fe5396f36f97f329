"""The verdict in one sentence: what was measured against what, computed from the run."""

from typing import Any

from framebuild.pages.templates import bound, in_words, number
from framespec.judge import CONFIDENCE

OUTCOME_WORDS = {"held": "held", "failed": "failed", "unclear": "stayed unclear"}


def sentence(frame: dict[str, Any]) -> str:
    """What decided the verdict, with its numbers.

    frame: as `api.frame_object` gives it. Names the prediction that failed or stayed unclear, or
    the first where all held.
    """
    if not frame["receipt"] or frame["verdict"] == "untested":
        return f"Nothing was measured: {frame['why']}."
    before = frame["precondition"]
    if before and before["outcome"] != "held":
        return (
            f"The model did not learn what the demo needs: {_measured(before)}, "
            f"where it had to be {bound(before['expect'])}."
        )
    parts = frame["predictions"]
    wanted = {"contradicted": "failed", "inconclusive": "unclear"}.get(frame["verdict"], "held")
    chosen = [one for one in parts if one["outcome"] == wanted]
    one = chosen[0]
    lead = f"{_counted(len(chosen), len(parts))} {OUTCOME_WORDS[wanted]}"
    which = f" (“{one['id'].replace('-', ' ')}”)" if len(parts) > 1 else ""
    why = f"; {one['why']}" if wanted == "unclear" else ""
    return f"{lead}{which}: {_against(one)}{why}."


def _counted(some: int, all_: int) -> str:
    if all_ == 1:
        return "The prediction"
    if some == all_:
        return "Both predictions" if all_ == 2 else f"All {all_} predictions"
    return f"{some} of {all_} predictions"


def _against(one: dict[str, Any]) -> str:
    control = one["control"]
    rival = number(control["mean"]) if control and control["n"] else "not measured"
    said = f"against {rival} on its control" if rival != "not measured" else "with no control"
    return f"{_measured(one)}, {said}, where it had to be {bound(one['expect'])}"


def _measured(one: dict[str, Any]) -> str:
    found, name = one["measured"], in_words(one["measure"])
    if not found or not found["n"]:
        return f"{name} was not measured"
    if found["low"] is None or found["high"] is None:
        return f"{name} was {number(found['mean'])} {one['unit']}"
    return (
        f"{name} was {number(found['mean'])} {one['unit']} "
        f"({CONFIDENCE:.0%} interval {number(found['low'])} to {number(found['high'])})"
    )
