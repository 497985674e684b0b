"""NomadShift: work for travellers, on aws (seeds/000)."""
