"""Pages for whoever comes, without signing in: proofs, state control and signing, fees, reports of false enterprises, tip-offs."""
