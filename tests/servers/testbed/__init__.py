"""Servers that a conformance tool can be tried on, written without a look at the tool.

The right one (`upright.py`) answers as AWS is believed to; its readings are other answers that
the evidence allows, its wrongs are defects.  The odd ones (`crooked.py`) are broken as a whole.
"""
