//! Tells cargo that the migrations are part of the crate: a file that is added or renamed is otherwise not seen.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
