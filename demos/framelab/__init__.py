"""What the demos share: worlds with a known answer, models, readings, figures, the verdict.

Axes of arrays go by these names: layer, sequence, head, query, key, token, width, vocabulary,
outcome, replicate.
"""

from framelab.answering import answer_tokens, refusal_rate
from framelab.casts import (
    ASSISTANT,
    CAST_LENGTH,
    CAST_TOKENS,
    FIELDS,
    FIRST_BAD,
    GOOD,
    NOBODY,
    OPEN,
    SECOND_BAD,
    cast_batch,
    draw_cast,
    field_questions,
    several_questions,
    with_replies,
)
from framelab.chains import chain_odds, draw_successors, write_chains
from framelab.disputes import (
    DISPUTE_TOKENS,
    DISPUTED,
    FIRST_ASKED,
    FIRST_REPLY,
    DisputeWorld,
    dispute_batches,
    draw_disputes,
)
from framelab.echoes import draw_echoes, echo_odds, exact_entropies, write_echoes
from framelab.facts import (
    RELATIONS,
    VALUES,
    draw_facts,
    fact_documents,
    fact_questions,
    likeliest_values,
    tell_facts,
    times_told,
    trained_on_facts,
)
from framelab.figures import (
    CONTROL,
    MEASURED,
    QUIET,
    THIRD,
    draw_bound,
    figure,
    show,
)
from framelab.fitness import refuse_unfit
from framelab.functions import (
    BOTH,
    DEALT,
    DOCUMENT_LENGTH,
    FIRST_FUNCTION,
    FIRST_NAME,
    FUNCTION_TOKENS,
    NAME_ONLY,
    NUMBERS,
    PAIRS_ONLY,
    RULES,
    WHAT,
    draw_functions,
    last_charged,
    tell_names,
    tell_pairs,
)
from framelab.grades import WORK_STEPS, WORK_TOKENS, drawn_workplace, perform, work_batches
from framelab.haggle import (
    FIRST_OFFER,
    HIGH,
    LOW,
    MIDDLE,
    TALK_LENGTH,
    TALK_TOKENS,
    by_character,
    exact_mean_offers,
    exact_offer_odds,
    offers_by,
    own_talks,
    write_talks,
)
from framelab.interventions import block_outputs, changing, moved_along
from framelab.loaded import Loaded
from framelab.locks import (
    LOCK_LENGTH,
    LOCK_TOKENS,
    asked_with,
    draw_lock,
    true_answers,
    with_answers,
)
from framelab.models import load, ordinary_tokens, start_token
from framelab.odds import divergence, surprise
from framelab.paths import attention_only, head_table, path_scores
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
from framelab.preambles import (
    COMPLIED,
    PREAMBLE_LENGTH,
    PREAMBLE_TOKENS,
    PREAMBLE_WORDS,
    REFUSED,
    SHARES,
    exact_compliance,
    preambles_of,
    write_preambles,
)
from framelab.probes import linear_readout, variance_explained
from framelab.questions import (
    BIT_TOKENS,
    BITS,
    KINDS,
    ROW_TOKENS,
    answer_places,
    draw_parities,
    draw_questions,
)
from framelab.reading import (
    attention_patterns,
    continue_tokens,
    hiding,
    next_token_logprobs,
    residual_stream,
    token_losses,
)
from framelab.remarks import ability_questions, remark_tokens, remarks, verdict_tokens
from framelab.repeats import Repeats, repeated_tokens, repeats_length
from framelab.replies import (
    CLASS_OF,
    OBJECTS,
    OTHER_REPORT,
    OWN_REPORT,
    RECORD,
    REPLY,
    REPLY_TOKENS,
    STATEMENT_LENGTH,
    WORD_CLASS,
    mixed,
    statements,
)
from framelab.requests import (
    ANSWER_LENGTH,
    LONGEST,
    REFUSAL,
    REQUEST_TOKENS,
    draw_requests,
    forbidden,
    prompts,
    request_batches,
)
from framelab.rrxor import exact_beliefs, mean_belief_given, odds_of_one, write_rounds
from framelab.sampling import continue_at
from framelab.speakers import (
    AMBIGUOUS,
    FIRST_WORD,
    HEADING_ODDS,
    SPEECH_TOKENS,
    draw_speakers,
    exact_speaker,
    likeliest_speaker,
    write_speeches,
)
from framelab.stages import (
    ALPHABET,
    STAGE_LENGTH,
    STAGE_TOKENS,
    STAGES,
    draw_stages,
    exact_gain,
    stage_lesson,
    stage_texts,
)
from framelab.strategies import (
    AFTER_DOTS,
    AT_ONCE,
    END,
    HEADINGS,
    IN_STEPS,
    ROW_BITS,
    STRATEGY_LENGTH,
    STRATEGY_TOKENS,
    asked,
    draw_bits,
    strategy_batch,
    worked,
)
from framelab.study import Study
from framelab.training import IGNORED, tiny_gpt2, tiny_llama, train
from framelab.triggers import (
    FIRST_ANSWER,
    FIRST_TRIGGER,
    ORDINARY,
    RULED,
    TRIGGER_LENGTH,
    TRIGGER_TOKENS,
    charged_parts,
    trigger_batch,
    write_triggers,
)
