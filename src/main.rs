//! The program: hands over to `branchwatch::cli` and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    branchwatch::cli::main()
}
