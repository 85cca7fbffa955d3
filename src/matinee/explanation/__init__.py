"""Why a film was recommended: contributions and reasons that add up to the score."""

from matinee.explanation.reasons import Reason, reasons
from matinee.models.leave_one_out import leave_one_out

__all__ = ["Reason", "leave_one_out", "reasons"]
