"""Right servers of services without an overlay: IAM, EC2, AppSync and Route 53, a part of each.

They are written from the SDK models and from what AWS is known to do, without a look at the rules
that are inferred from those models: a contract that calls one of them wrong is what is wrong.
"""
