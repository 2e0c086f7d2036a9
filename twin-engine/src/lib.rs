//! twin-engine
