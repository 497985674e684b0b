"""What two providers share."""
