"""infra_kit: one definition of a product's infrastructure, from a laptop to a VPS to AWS or GCP."""
