"""The words of overlays, as frozen values."""
