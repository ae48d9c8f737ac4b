"""Long-run general equilibrium in exact changes. Importing it imports JAX and switches it to 64-bit."""

from xunhuan.models.trade.batch import respond_to_draws
from xunhuan.models.trade.gradient import costliest_barriers, gradient
from xunhuan.models.trade.model import respond
from xunhuan.models.trade.parameters import TradeParameters

__all__ = ["TradeParameters", "costliest_barriers", "gradient", "respond", "respond_to_draws"]
