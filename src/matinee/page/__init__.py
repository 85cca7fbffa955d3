"""The page that a viewer sees: rows and cards as frozen values, with true reasons."""

from matinee.page.maker import PageMaker
from matinee.page.values import TASKS, Card, Page, PageRow, Statement

__all__ = ["TASKS", "Card", "Page", "PageMaker", "PageRow", "Statement"]
