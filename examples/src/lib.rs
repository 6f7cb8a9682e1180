//! What the examples share: nothing; each stands alone under `src/bin`.
