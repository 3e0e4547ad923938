"""Widgets, table models and charts; knows no broker."""
