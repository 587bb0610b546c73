//! The hooks among other hooks.
