//! `onewindow`: see `onewindow --help`.

use clap::Parser;
use onewindow::cli::Cli;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("onewindow: {words}");
            ExitCode::FAILURE
        }
    }
}
