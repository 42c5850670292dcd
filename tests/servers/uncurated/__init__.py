"""CloudWatch Logs, Step Functions, ECR, Cognito, MediaStore: services that no overlay describes.

Written from the published models and documents alone. Where these leave a choice, `readings` has
the others: a rule that was inferred and calls one of these servers wrong is what is wrong.
"""
