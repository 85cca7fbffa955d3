"""The page that a viewer sees: rows and cards as frozen values, with true reasons."""

from matinee.page.maker import PageMaker
from matinee.page.values import KINDS, TASKS, Card, Page, PageRow, Statement

__all__ = ["KINDS", "TASKS", "Card", "Page", "PageMaker", "PageRow", "Statement"]
