"""A server of its own for AWS KMS and Secrets Manager, as right as AWS is documented to be.

It is written from the published models and documents alone, and where these leave a choice it takes
the one that is rarely seen in emulators: a contract that calls it wrong is what is wrong.
"""
