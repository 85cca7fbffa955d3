"""Why a film was recommended: contributions and reasons that add up to the score."""

from matinee.explanation.reasons import Explainer, Reason, reasons
from matinee.models.leave_one_out import leave_one_out

__all__ = ["Explainer", "Reason", "leave_one_out", "reasons"]
