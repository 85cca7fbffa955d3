"""Why a film was recommended: reasons that add up to the score, and what would change it."""

from matinee.explanation.changes_in_words import counterfactual_text, raising_text
from matinee.explanation.counterfactuals import Counterfactual, counterfactuals
from matinee.explanation.raising import Raise, raising
from matinee.explanation.reasons import Explainer, Reason, reasons
from matinee.models.leave_one_out import leave_one_out

__all__ = [
    "Counterfactual",
    "Explainer",
    "Raise",
    "Reason",
    "counterfactual_text",
    "counterfactuals",
    "leave_one_out",
    "raising",
    "raising_text",
    "reasons",
]
