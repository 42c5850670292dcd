"""Right servers of more services without an overlay: Kinesis, CloudWatch, Auto Scaling, ACM.

They are written from the SDK models and from what AWS is known to do, without a look at the rules
that are inferred from those models, and share their wire and their readings with `cloud`.
"""
