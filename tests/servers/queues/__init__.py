"""SQS, SSM parameters and SNS as their documents allow them, and not as other emulators chose.

Where documents leave freedom (order, short pages, delays of consistency, texts, absent or empty),
this server takes what the usual emulators do not take; `readings` has more such choices. It is
written from the documents, and knows nothing of the rules that it is held against.
"""
