//! The report and its renderers. Draws what others decided.
