//! twin
fn main() {}
