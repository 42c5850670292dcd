"""CloudWatch Logs, Step Functions and ECR as documented: services that no overlay describes.

Written from the published models and documents alone. Where these leave a choice, `readings` has
the others: a rule that was inferred and calls one of these servers wrong is what is wrong.
"""
