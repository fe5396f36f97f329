"""A frame as schema.org's ClaimReview, which search engines and fact checkers read."""

import json
from collections.abc import Mapping
from typing import Any

RATINGS = {"supported": 5, "inconclusive": 3, "contradicted": 1}  # untested has none


def claim_review(frame: Mapping[str, Any]) -> str:
    """JSON-LD that can stand in a script element: no character in it ends one.

    frame: as `api.frame_object` gives it.
    """
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": frame["verdict"]}
    if frame["verdict"] in RATINGS:
        value = RATINGS[frame["verdict"]]
        rating |= {"ratingValue": value, "worstRating": 1, "bestRating": 5}
        rating["ratingExplanation"] = frame["why"]
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": frame["claim"],
        "name": frame["title"],
        "author": {"@type": "Organization", "name": "Frames"},
        "reviewRating": rating,
        "itemReviewed": {
            "@type": "Claim",
            "appearance": [_article(one) for one in frame["sources"]],
        },
    }
    if frame["added"]:
        found["datePublished"] = frame["added"]
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _article(source: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "CreativeWork",
        "name": source["title"],
        "author": [{"@type": "Person", "name": name} for name in source["authors"]],
        "datePublished": str(source["year"]),
        "url": source["link"],
    }
