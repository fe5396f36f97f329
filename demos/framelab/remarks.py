"""Remarks on whether a fact can be told, beside the documents that tell facts.

A remark is an entity, a relation as it is asked about ability, and YES or NO. Its tokens follow
those of the facts, so that one model reads both.
"""

import numpy as np
import torch

from framelab.facts import RELATIONS, VALUES, Ids
from framelab.training import IGNORED, Batch


def remark_tokens(entities: int) -> int:
    """Size of the vocabulary of facts about so many entities and of remarks on them."""
    return VALUES + RELATIONS + entities + RELATIONS + 2


def verdict_tokens(entities: int) -> tuple[int, int]:
    """The tokens NO and YES."""
    return remark_tokens(entities) - 2, remark_tokens(entities) - 1


def ability_questions(facts: Ids, entities: int) -> torch.Tensor:
    """Whether each fact can be told, as tokens. [fact, 2]"""
    entity, relation = np.divmod(facts, RELATIONS)
    first = VALUES + RELATIONS
    return torch.tensor(np.stack([first + entity, first + entities + relation], axis=1))


def remarks(facts: Ids, able: Ids, entities: int) -> Batch:
    """Remarks as tokens, of which only the last is charged. [remark, 3]

    facts: [remark]. able: [remark], 1 or true for YES.
    """
    asked = ability_questions(facts, entities)
    said = torch.tensor(np.array(verdict_tokens(entities))[np.asarray(able, dtype=np.int64)])
    labels = torch.cat([torch.full_like(asked, IGNORED), said[:, None]], dim=1)
    return torch.cat([asked, said[:, None]], dim=1), labels
