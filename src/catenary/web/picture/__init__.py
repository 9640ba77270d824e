"""The chain picture drawn for the browser."""

from catenary.web.picture.legend import render_legend
from catenary.web.picture.rendering import render_chain, render_svg

__all__ = ["render_chain", "render_legend", "render_svg"]
