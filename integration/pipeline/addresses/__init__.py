"""Classifies email addresses and display names: reads, decides, writes."""
