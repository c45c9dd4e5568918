"""What every request passes: limits, sign-in, the visit, rendering, texts and errors."""
