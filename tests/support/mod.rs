//! What tests stand on: databases of both engines, a running server, named callers, and forms to hand in.

pub mod app;
pub mod caller;
pub mod database;
pub mod documented;
pub mod forms;
pub mod process;
pub mod wire;

pub use app::App;
pub use caller::Caller;

/// Runs a test on both engines, each in a database of its own, and verifies the whole database afterwards.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* fn $name:ident($app:ident) $body:block)+) => {$(
        $(#[$meta])*
        fn $name($app: &$crate::support::App) $body

        // A module and a function may bear one name: the test is found as name::sqlite and name::postgres.
        mod $name {
            #[test]
            fn sqlite() {
                $crate::support::App::on_sqlite().test(super::$name);
            }

            #[test]
            fn postgres() {
                $crate::support::App::on_postgres().test(super::$name);
            }
        }
    )+};
}
