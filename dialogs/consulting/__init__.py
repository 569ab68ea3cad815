"""Consulting: when somebody may retire, asked at any time in her own words.

The conclusion comes first, what is missing is asked once, what she said is remembered.
"""
