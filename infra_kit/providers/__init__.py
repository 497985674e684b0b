"""Providers: one package a target, each with the same file names as infra_kit/components."""
