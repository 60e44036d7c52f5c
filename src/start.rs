//! Opens a window on a database: what every command and every test begins with.

use crate::access::{self, Entropy, FreshKey, Profile, Settings, Window};
use crate::clock::Clock;
use crate::problem::Problem;
use crate::store::Store;

/// Opens the store and makes sure the installation has its pepper and a signing key.
pub async fn window(url: &str, clock: Clock, profile: Profile, origin: &str) -> Result<Window, Problem> {
    let store = Store::open(url)?;
    let entropy = Entropy::System;
    let now = clock.now();
    let (fresh_pepper, fresh_key) = (entropy.bytes::<32>(), FreshKey::generate()?);
    let known = store.read(access::load_pepper).await?;
    let pepper = match known {
        Some(pepper) => pepper,
        None => {
            store
                .write(move |conn| -> Result<_, Problem> {
                    let pepper = access::load_or_make_pepper(conn, fresh_pepper, now)?;
                    access::ensure_key(conn, &fresh_key, now)?;
                    Ok(pepper)
                })
                .await?
        }
    };
    let settings = Settings { profile, origins: vec![origin.to_owned()], issuer: origin.to_owned() };
    Ok(Window::new(store, clock, entropy, settings, pepper))
}
