"""Small projects of users, each whole. A package for type checkers alone: each folder is a project of its own."""
