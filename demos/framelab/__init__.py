"""What the demos share: worlds with a known answer, models, readings, figures, the verdict.

Axes of arrays go by these names: layer, sequence, head, query, key, token, width, vocabulary,
outcome, replicate.
"""

from framelab.figures import (
    CONTROL,
    MEASURED,
    QUIET,
    THIRD,
    draw_bound,
    figure,
    show,
)
from framelab.loaded import Loaded
from framelab.models import load, ordinary_tokens, start_token
from framelab.odds import divergence, surprise
from framelab.personas import (
    POLITE,
    RUDE,
    RUDE_WHEN_TURNED,
    STORY_TOKENS,
    TURNS,
    UNANNOUNCED,
    PersonaWorld,
    exact_rude_share,
    exact_turn_odds,
    write_stories,
)
from framelab.reading import (
    attention_patterns,
    continue_tokens,
    hiding,
    next_token_logprobs,
    residual_stream,
    token_losses,
)
from framelab.repeats import Repeats, repeated_tokens
from framelab.study import Study
from framelab.training import tiny_gpt2, tiny_llama, train

__all__ = [
    "CONTROL",
    "MEASURED",
    "POLITE",
    "QUIET",
    "RUDE",
    "RUDE_WHEN_TURNED",
    "STORY_TOKENS",
    "THIRD",
    "TURNS",
    "UNANNOUNCED",
    "Loaded",
    "PersonaWorld",
    "Repeats",
    "Study",
    "attention_patterns",
    "continue_tokens",
    "divergence",
    "draw_bound",
    "exact_rude_share",
    "exact_turn_odds",
    "figure",
    "hiding",
    "load",
    "next_token_logprobs",
    "ordinary_tokens",
    "repeated_tokens",
    "residual_stream",
    "show",
    "start_token",
    "surprise",
    "tiny_gpt2",
    "tiny_llama",
    "token_losses",
    "train",
    "write_stories",
]
