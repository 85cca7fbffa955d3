"""Why a film was recommended: contributions and reasons that add up to the score."""

from matinee.explanation.leave_one_out import leave_one_out
from matinee.explanation.reasons import Reason, reasons

__all__ = ["Reason", "leave_one_out", "reasons"]
