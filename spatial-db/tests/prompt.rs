//! What must have happened within a second or two: apart from the other tests, which would take the processor from it.

mod store_failure;
mod store_feed;
mod support;
