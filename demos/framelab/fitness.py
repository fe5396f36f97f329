"""Whether a model can be shown what a demo shows it, told before any weights are read."""

from typing import Any, NamedTuple

from framelab.models import broken, check_recipe, ordinary_ids, tokenizer_of
from framelab.quiet import quiet
from framelab.recipes import RECIPES
from framespec.corpus import Refused
from framespec.modelref import ModelRef, resolve


class Reads(NamedTuple):
    """What a model can read: ids below `vocabulary`, of which `ordinary` are text."""

    vocabulary: int
    ordinary: int
    longest: int | None  # in tokens; None if its positions have no end
    heads: int | None  # of each layer's attention; None if it has none


def refuse_unfit(named: dict[str, str], tokens: int, distinct: int, instead: str) -> None:
    """Refuse models that a demo cannot use, by their configuration alone.

    named: the models by the parameter that names them; all are shown the ids of the first.
    tokens: the length of the longest sequence, without a start token. distinct: how many ordinary
    tokens it takes. instead: which smaller parameter would do, in words.
    Raises Refused for a name of no model, one that does not read from left to right or has no
    attention heads, too few tokens, too short an input, and ids that the others do not have.
    """
    read: dict[str, Reads] = {}
    for parameter, name in named.items():
        found = read[parameter] = reads(name, parameter)
        first = next(iter(read))
        most = None if found.longest is None else found.longest - 1  # one may start the sequence
        said = f"parameter '{parameter}': '{name}'"
        if found.heads is None:
            raise Refused(f"{said} has no attention heads to read", "give a transformer")
        if found.ordinary < distinct:
            what = f"{said} has {found.ordinary} ordinary tokens, {distinct} are needed"
            raise Refused(what, f"give {instead}, or a model with a larger vocabulary")
        if most is not None and most < tokens:
            what = f"{said} reads at most {most} tokens after the first, {tokens} are shown"
            raise Refused(what, f"give {instead}, or a model with a longer input")
        if found.vocabulary < read[first].vocabulary:
            what = f"{said} knows {found.vocabulary} tokens, '{first}' {read[first].vocabulary}"
            mend = f"both are shown the same: try {parameter}=untrained:{named[first]}"
            raise Refused(what, mend)


def reads(name: str, parameter: str = "model") -> Reads:
    """What a model can read, from its configuration. Raises Refused for a name of no such model."""
    found = resolve(name)
    twin = resolve(found.place) if found.kind == "untrained" else found
    if twin.kind == "lab":
        check_recipe(twin.place)
        recipe = RECIPES[twin.place]
        return Reads(recipe.vocabulary, recipe.vocabulary - 1, recipe.length, recipe.heads)
    config = _config(twin)
    _refuse_unless_causal(config, name, parameter)
    text: Any = config.get_text_config()
    return Reads(
        vocabulary=text.vocab_size,
        ordinary=len(ordinary_ids(text, tokenizer_of(twin))),
        longest=getattr(text, "max_position_embeddings", None),
        heads=getattr(text, "num_attention_heads", None),
    )


def _config(twin: ModelRef) -> Any:
    quiet()
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(twin.place, revision=twin.asked, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise broken(twin, error) from None


def _refuse_unless_causal(config: Any, name: str, parameter: str) -> None:
    """An encoder would load too, and every token would have seen those after it."""
    from transformers import AutoModelForCausalLM

    factory: Any = AutoModelForCausalLM
    made = config.architectures or [""]
    causal = type(config) in factory._model_mapping and not config.is_encoder_decoder
    if not causal or made[0].endswith("ForMaskedLM"):
        what = f"parameter '{parameter}': '{name}' is no causal language model ({made[0]})"
        raise Refused(what, "give one that predicts the next token, as GPT-2 and Llama do")
