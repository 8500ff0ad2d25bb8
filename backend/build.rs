//! `sqlx::migrate!` embeds a directory, of which Cargo knows nothing.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
