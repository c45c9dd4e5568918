"""Public pages without sign-in: proofs, state control and signing, fees, reports of false enterprises, tip-offs."""
