from typing import Any

import pytest

from framespec.record import Record


def _prediction(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "says": "Something will be seen.",
        "measure": "score",
        "unit": "nats",
        "expect": {"at_least": 0.5},
        "control": "the same without the effect",
        "would_refute": "nothing is seen at all",
    }


@pytest.fixture
def data() -> dict[str, Any]:
    """A record with a precondition (at most 0.5) and two predictions (at least 0.5)."""
    learned = {
        key: value
        for key, value in _prediction("learned").items()
        if key not in ("control", "would_refute")
    }
    return {
        "title": "A frame",
        "kind": "functional",
        "topics": ["circuits"],
        "claim": "A claim that is long enough to be one.",
        "sources": [
            {
                "id": "one-2020",
                "title": "A source",
                "authors": ["Some One"],
                "year": 2020,
                "arxiv": "2001.00001",
                "supports": "Its section two says so.",
            }
        ],
        "demo": {
            "notebook": "demos/a-frame.py",
            "reach": "claim",
            "precondition": learned | {"expect": {"at_most": 0.5}},
            "predictions": [_prediction("first"), _prediction("second")],
            "limits": ["It shows little beyond itself."],
        },
        "open_questions": ["What is left to ask of it?"],
    }


@pytest.fixture
def record(data: dict[str, Any]) -> Record:
    return Record.model_validate(data)
