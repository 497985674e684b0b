"""What stands behind the dynamic resources of Google Cloud."""
