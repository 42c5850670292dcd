"""How members go over the wire: one class for each protocol that AWS services speak.

The stages that plan, send, judge and report have members as JSON-like values. A protocol writes
them as a request and reads them from an answer; ``registry`` finds it by the name that a contract
has, and nothing outside of this package names one.
"""
