"""Rivalry: players of several levels choose subsidies, tariffs or capacity; what it costs that each looks to itself."""
