"""What runs inside of AWS Lambda: each module is a whole function. Nothing of infra_kit is there."""
