//! Prints a custom resource definition as YAML, for the chart: `cargo run -p store-crd -- stores`.

use std::process::ExitCode;

use store_crd::manifest;

const USAGE: &str = "usage: store-crd stores|storeengines\n\nPrints the custom resource definition as YAML.";

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn main() -> ExitCode {
    let argument = std::env::args().nth(1);
    let manifest = match argument.as_deref() {
        Some("stores") => manifest::stores(),
        Some("storeengines") => manifest::store_engines(),
        Some("--help" | "-h") => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match manifest {
        Ok(yaml) => {
            print!("{yaml}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("store-crd: {error}");
            ExitCode::FAILURE
        }
    }
}
