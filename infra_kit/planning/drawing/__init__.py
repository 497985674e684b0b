"""Pictures of a graph: Mermaid for a README, SVG, and a page that stands alone."""

from infra_kit.planning.drawing.mermaid import mermaid
from infra_kit.planning.drawing.page import page
from infra_kit.planning.drawing.svg import svg

__all__ = ["mermaid", "page", "svg"]
