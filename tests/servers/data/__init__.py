"""Right servers of services around data without an overlay: RDS, Batch, Config, CodeBuild.

They are written from the SDK models and from what AWS is known to do, without a look at the rules
that are inferred from those models, and share their wire and their readings with `cloud`.
"""
