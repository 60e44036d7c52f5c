//! What every identifier shows of itself.

/// Gives an identifier `as_str` and `Display` from the field that holds its normalised form.
macro_rules! public_form {
    ($identifier:ident, $field:tt) => {
        impl $identifier {
            /// The normalised form.
            pub fn as_str(&self) -> &str {
                &self.$field
            }
        }

        impl std::fmt::Display for $identifier {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

/// Gives an identifier of a person `as_str` and a `Debug` that hides the value. There is no `Display`, so
/// that it cannot reach a log or a message by accident.
macro_rules! personal_form {
    ($identifier:ident, $field:tt) => {
        impl $identifier {
            /// The normalised form, in full: for storing and comparing, not for showing.
            pub fn as_str(&self) -> &str {
                &self.$field
            }
        }

        impl std::fmt::Debug for $identifier {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($identifier), "(hidden)"))
            }
        }
    };
}
