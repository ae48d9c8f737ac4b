"""JAX, switched to 64-bit. Only `solvers` imports this module, and only when something is compiled: JAX takes longer to
import than most single answers take in numpy.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
from platformdirs import user_cache_path

__all__ = ["jax", "jnp", "use_compile_cache"]

_config: Any = jax.config  # untyped in jax
_config.update("jax_enable_x64", True)

_QUICK, _KNOWN = "--xla_cpu_use_fusion_emitters=false", ("0", "10")
if tuple(jax.__version__.split(".")[:2]) == _KNOWN and "fusion_emitters" not in os.environ.get("XLA_FLAGS", ""):
    # These emitters take twice as long to compile, and what they make of our kernels runs no faster. An unknown flag would
    # stop the process, so that other versions are left as they are.
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_QUICK}".strip()


def use_compile_cache() -> Path | None:
    """Keep compiled kernels between runs in the user's cache folder, so that only a first run compiles.

    $JAX_COMPILATION_CACHE_DIR wins, or what the caller set through jax.config. Returns the folder, or None where it
    cannot be made.
    """
    current = _config.jax_compilation_cache_dir
    if current:
        return Path(current)
    folder = user_cache_path("xunhuan", False) / "jax"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    _config.update("jax_compilation_cache_dir", str(folder))
    _config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    return folder
